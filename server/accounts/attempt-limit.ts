/** How often a login may be tried (protocol.md 5): pure counting, facts in, verdict out. */
import type { AttemptRow } from '../store/tables.ts'

/** So many tries within a window; both times in milliseconds. */
export type AttemptLimit = {
  readonly max: number
  readonly windowMs: number
  /** Wait once `max` is reached; undefined: until the window ends. Doubles with each time in a row. */
  readonly waitMs?: number
  /** The wait never grows beyond this; undefined: a day. */
  readonly longestMs?: number
}

/** Codes of an authenticator: 5 in 15 minutes, then 15 minutes of waiting, then 30, ... */
export const accountLimit: AttemptLimit = { max: 5, windowMs: 15 * 60_000, waitMs: 15 * 60_000 }
/** Passwords: the same, but no wait is longer than an hour. */
export const passwordLimit: AttemptLimit = { ...accountLimit, longestMs: 3_600_000 }
/** Passwords from all the networks together where an account has never succeeded. */
export const strangeNetworksLimit: AttemptLimit = { ...passwordLimit, max: 20 }
/** Tokens: 30 wrong ones in a minute for each network. */
export const addressLimit: AttemptLimit = { max: 30, windowMs: 60_000 }
/** A day without tries, and the waits begin anew with the shortest. */
const dayMs = 24 * 3_600_000

/** Counters have a lock of their own: counting does not wait for a large import. */
export const attemptsLock = 'attempts'

type AttemptVerdict =
  | { readonly allowed: true; readonly row: AttemptRow }
  | { readonly allowed: false; readonly retryAfter: number }

/**
 * Milliseconds until the next try; 0: now. A wait that is longer than any is of a clock that was ahead: nobody waits for
 * months because the server's clock was wrong for a minute.
 */
export function waitOf(limit: AttemptLimit, row: AttemptRow, now: number): number {
  const wait = Math.max(0, row.until - now)
  const longest = limit.waitMs === undefined ? limit.windowMs : (limit.longestMs ?? dayMs)
  return wait > longest ? 0 : wait
}

/** Counts an attempt before it is made, so that parallel ones are counted too. */
export function countAttempt(limit: AttemptLimit, row: AttemptRow, now: number): AttemptVerdict {
  const wait = waitOf(limit, row, now)
  if (wait > 0) return { allowed: false, retryAfter: wait }
  const fresh = Math.abs(now - row.since) >= limit.windowMs || row.count >= limit.max
  const count = fresh ? 1 : row.count + 1
  const since = fresh ? now : row.since
  const full = count >= limit.max
  const quiet = now - Math.max(row.since, row.until) >= dayMs
  const strikes = (quiet ? 0 : row.strikes) + (full && limit.waitMs !== undefined ? 1 : 0)
  return {
    allowed: true,
    row: { key: row.key, count, since, strikes, until: full ? waitEnd(limit, { now, since, strikes }) : 0 },
  }
}

function waitEnd(limit: AttemptLimit, facts: { now: number; since: number; strikes: number }): number {
  if (limit.waitMs === undefined) return facts.since + limit.windowMs
  return facts.now + Math.min(limit.waitMs * 2 ** (facts.strikes - 1), limit.longestMs ?? dayMs)
}

/** The counter of a login that nobody has tried. */
export function noAttempts(key: string): AttemptRow {
  return { key, count: 0, since: 0, until: 0, strikes: 0 }
}

/** Takes an attempt back that turned out right, or was never made; also the wait that it began. */
export function forgiveAttempt(row: AttemptRow): AttemptRow {
  const strikes = row.until > 0 ? Math.max(0, row.strikes - 1) : row.strikes
  return { ...row, count: Math.max(0, row.count - 1), until: 0, strikes }
}
