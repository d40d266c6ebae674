/** Whether this machine's clock may date what the policy key signs (protocol.md 15). */
import { dayMillis } from '../../shared/whitelist/limits.ts'
import { type Refusal, refusal } from '../ground/refusals.ts'
import { type OrganisationPolicy, wholePolicy } from '../organisation/policy.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'

/** Ends the transaction of what was to be signed by a clock that is not believed. */
export class ClockJumped extends Error {
  readonly refusal: Refusal

  constructor(refused: Refusal) {
    super(refused.why)
    this.refusal = refused
  }
}

/** In the store's settings: when an administrator said last that the clock is right. */
const confirmed = 'clockConfirmed'

/** More off-line days than these do not make a clock more believable. */
const mostOfflineDays = 30

type Judged = { readonly config: Config; readonly policy: OrganisationPolicy; readonly now: number }

/**
 * Why nothing may be signed now. While the policy key is at work the newest head is at most half of a head's life old,
 * and a server that stood still is missed at the latest when every lease is over. So a clock that is further from the
 * newest head than both together has jumped, or the server was away for so long that somebody can be asked. A clock
 * that is behind is no danger: what it signs ends sooner.
 */
export async function faultOfClock(
  { journal }: Pick<Store, 'journal'>,
  { config, policy, now }: Judged,
): Promise<Refusal | undefined> {
  const offlineDays = Math.min(wholePolicy(policy, config).offlineDays, mostOfflineDays)
  const longest = (1.5 * config.headDays + offlineDays) * dayMillis
  const last = await journal.lastLog()
  // The first head of all has nothing to be measured by.
  if (!last || now - last.at <= longest) return undefined
  const said = Number((await journal.setting(confirmed)) ?? 0)
  if (said <= now && now - said <= longest) return undefined
  // The last one may be of a clock that was behind; what matters is the newest that this clock has passed.
  const newest = (await journal.newestLogUntil(now)) ?? last.at
  return now - newest <= longest ? undefined : refusal('clockJumped', new Date(newest).toISOString())
}

/** An administrator says that the clock is right, though nothing was signed for long. */
export function confirmClock({ journal }: Pick<Store, 'journal'>, now: number): Promise<void> {
  return journal.setSetting(confirmed, String(now))
}
