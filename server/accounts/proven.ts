/** Where somebody has succeeded lately: what is remembered there is no stranger, and others cannot use up its tries (protocol.md 5.3). */
import type { Store } from '../store/store.ts'
import { attemptsLock } from './attempt-limit.ts'

/** How long it is remembered. */
export const provenLifeMs = 30 * 24 * 3_600_000
/** Written at most once a day: a mail program signs in all the time. */
const rememberEveryMs = 24 * 3_600_000

/** Somebody at a place. `who`: a login name, or a token. */
type Proof = { readonly who: string; readonly place: string; readonly now: number }

/** What the store calls a network. */
export function networkPlace(network: string): string {
  return `network ${network}`
}

/** Whether `who` succeeded there within the last 30 days. */
export async function isProven({ access }: Pick<Store, 'access'>, { who, place, now }: Proof): Promise<boolean> {
  const at = await access.proven(who, place)
  return at !== undefined && at > now - provenLifeMs
}

/** After a success. */
export async function remember(store: Store, { who, place, now }: Proof): Promise<void> {
  const at = await store.access.proven(who, place)
  // A time ahead of the clock comes from a clock that was wrong: it must not last for ever.
  if (at !== undefined && at > now - rememberEveryMs && at <= now) return
  await store.transaction(({ access }) => access.setProven({ who, place, at: now }), attemptsLock)
}
