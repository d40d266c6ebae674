/** Issues heads again at half of their life, so that none grows old while the server lives (protocol.md 3.4). */
import type { Clock } from '../ground/clock.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { ListEditor } from './editor.ts'

const dayMs = 24 * 3_600_000

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
  const due = clock.now() - (config.headDays * dayMs) / 2
  let count = 0
  // A transaction for each list: others write in between, and what was issued stays when the process is ended.
  for (const list of (await store.lists.olderThan(due)).slice(0, max)) if (await editor.reissue(list, due)) count += 1
  return count
}
