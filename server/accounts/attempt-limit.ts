/** How often a login may be tried (protocol.md 5): pure counting, facts in, verdict out. */
import type { AttemptRow } from '../store/tables.ts'

/** So many tries within a window; both times in milliseconds. */
export type AttemptLimit = {
  readonly max: number
  readonly windowMs: number
  /** Wait once `max` is reached; undefined: until the window ends. Doubles with each time in a row. */
  readonly waitMs?: number
}

/** 5 for each account in 15 minutes, then 15 minutes of waiting, then 30, ... */
export const accountLimit: AttemptLimit = { max: 5, windowMs: 15 * 60_000, waitMs: 15 * 60_000 }
/** 30 for each network address in a minute. */
export const addressLimit: AttemptLimit = { max: 30, windowMs: 60_000 }
/** A wait never grows beyond a day: an attacker must not lock somebody out for good. */
const longestWaitMs = 24 * 3_600_000

type AttemptVerdict =
  | { readonly allowed: true; readonly row: AttemptRow }
  | { readonly allowed: false; readonly retryAfter: number }

/** Counts an attempt before it is made, so that parallel ones are counted too. */
export function countAttempt(limit: AttemptLimit, row: AttemptRow, now: number): AttemptVerdict {
  if (row.until > now) return { allowed: false, retryAfter: row.until - now }
  const fresh = now - row.since >= limit.windowMs || row.count >= limit.max
  const count = fresh ? 1 : row.count + 1
  const since = fresh ? now : row.since
  const full = count >= limit.max
  // A day without tries, and the waits begin anew with the shortest.
  const quiet = now - Math.max(row.since, row.until) >= longestWaitMs
  const strikes = (quiet ? 0 : row.strikes) + (full && limit.waitMs !== undefined ? 1 : 0)
  return {
    allowed: true,
    row: { key: row.key, count, since, strikes, until: full ? waitEnd(limit, { now, since, strikes }) : 0 },
  }
}

function waitEnd(limit: AttemptLimit, facts: { now: number; since: number; strikes: number }): number {
  if (limit.waitMs === undefined) return facts.since + limit.windowMs
  return facts.now + Math.min(limit.waitMs * 2 ** (facts.strikes - 1), longestWaitMs)
}

/** The counter of a login that nobody has tried. */
export function noAttempts(key: string): AttemptRow {
  return { key, count: 0, since: 0, until: 0, strikes: 0 }
}

/** Takes an attempt back that turned out right. */
export function forgiveAttempt(row: AttemptRow): AttemptRow {
  return { ...row, count: Math.max(0, row.count - 1), until: 0 }
}
