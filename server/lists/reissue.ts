/**
 * Issues heads again at half of their life, so that none grows old while the server lives (protocol.md 3.4), and those
 * that a clock which was ahead has dated: devices take none of the future (protocol.md 15).
 */
import { dayMillis, maxAhead } from '../../shared/whitelist/limits.ts'
import type { Clock } from '../ground/clock.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { ListEditor } from './editor.ts'

/** The editor must have the policy key, so this runs in the policy process or in a command. */
type ReissueDependencies = {
  readonly store: Store
  readonly editor: ListEditor
  readonly clock: Clock
  readonly config: Config
}

/** The number of lists that got a new head, at most `max`. */
export async function reissueDue(
  { store, editor, clock, config }: ReissueDependencies,
  max = Number.POSITIVE_INFINITY,
): Promise<number> {
  // Half of a head's life is left for repair: a policy process that is down for days does no harm yet.
  const now = clock.now()
  const due = { before: now - (config.headDays * dayMillis) / 2, after: now + maxAhead }
  let count = 0
  // A transaction for each list: others write in between, and what was issued stays when the process is ended.
  for (const list of (await store.lists.datedOutside(due)).slice(0, max))
    if (await editor.reissue(list, due)) count += 1
  return count
}
