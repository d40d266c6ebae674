/**
 * A data folder opened: what every command and every process needs. `folder.ts` says what lies where, `config.ts`
 * reads the settings, and `open-configured.ts` opens the store that they name.
 */
import { type Clock, systemClock } from '../ground/clock.ts'
import type { Done } from '../ground/refusals.ts'
import type { Store } from '../store/store.ts'
import { type Config, readConfig } from './config.ts'
import { type Folder, folderAt } from './folder.ts'
import { openConfigured } from './open-configured.ts'

/** Whoever opens it closes `store`. */
export type Context = {
  readonly folder: Folder
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
}

/** Reads the settings and opens the store that they name; whoever has it closes the store. */
export async function openContext(path: string): Promise<Done<Context>> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) return config
  const store = await openConfigured(config.value.store, folder)
  return { ok: true, value: { folder, config: config.value, store, clock: systemClock() } }
}
