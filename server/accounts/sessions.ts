/** Sessions (protocol.md 5.4): 32 random bytes for the client, only their hash in the store. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../ground/clock.ts'
import { hashOf } from '../ground/hash.ts'
import type { Store } from '../store/store.ts'
import type { SessionRow } from '../store/tables.ts'

/** A session ends after this, whatever happens, and the client signs in again silently. */
export const sessionLifetimeMs = 12 * 3_600_000
/** It ends sooner where nothing is asked in it for so long. */
export const sessionIdleMs = 60 * 60_000
/** The end by idleness is written at most this often: a write for each request would only wear the disk. */
const touchEveryMs = 60_000

/** `find` gives the session's row while it lasts, and counts as its use. */
export type Sessions = {
  /** Gives the id that only the client keeps. */
  open(user: string, device: string): Promise<{ readonly sid: string; readonly exp: number; readonly idle: number }>
  find(sid: string): Promise<SessionRow | undefined>
  close(sid: string): Promise<void>
}

/** Sessions over the store: they end after their life, or when they are not used for a while. */
export function createSessions({ store, clock }: { readonly store: Store; readonly clock: Clock }): Sessions {
  return {
    async open(user, device) {
      const sid = randomBytes(32).toString('base64')
      const now = clock.now()
      const exp = now + sessionLifetimeMs
      const closed = { totp: '', admin: 0, admin_idle: 0 }
      await store.sessions.add({ hash: hashOf(sid), user, device, exp, idle: now + sessionIdleMs, ...closed })
      return { sid, exp, idle: sessionIdleMs }
    },
    async find(sid) {
      const row = await store.sessions.get(hashOf(sid))
      const now = clock.now()
      if (!row || row.exp <= now || row.idle <= now) return undefined
      if (row.idle < now + sessionIdleMs - touchEveryMs) await store.sessions.touch(row.hash, now + sessionIdleMs)
      return row
    },
    close: (sid) => store.sessions.remove(hashOf(sid)),
  }
}
