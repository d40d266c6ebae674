/** Issues heads again at half of their life, so that none grows old while the server lives (protocol.md 3.4). */
import type { Clock } from '../ground/clock.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { ListEditor } from './editor.ts'

const dayMs = 24 * 3_600_000

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
  const due = clock.now() - (config.headDays * dayMs) / 2
  let count = 0
  for (const list of (await store.lists.olderThan(due)).slice(0, max)) if (await editor.reissue(list, due)) count += 1
  return count
}
