/** A data folder opened: what every command needs. The policy key is read only where something is signed. */

import { createDevices, type Devices } from '../administration/devices.ts'
import { createPeople, type Done, type People } from '../administration/people.ts'
import { type Clock, systemClock } from '../clock.ts'
import { readKey } from '../keys/key-files.ts'
import { createListEditor, type ListEditor } from '../lists/editor.ts'
import type { Store } from '../store/store.ts'
import { type Config, readConfig } from './config.ts'
import { type Folder, folderAt } from './folder.ts'
import { openConfigured } from './store.ts'

export type Context = {
  readonly folder: Folder
  readonly config: Config
  readonly store: Store
  readonly clock: Clock
}

/** Those who hold the policy key: the command line, never the SOAP process. */
export type Administration = Context & {
  readonly editor: ListEditor
  readonly people: People
  readonly devices: Devices
}

export async function openContext(path: string): Promise<Done<Context>> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) return config
  const store = await openConfigured(config.value.store, folder)
  return { ok: true, value: { folder, config: config.value, store, clock: systemClock() } }
}

export async function administer(context: Context): Promise<Administration> {
  const policyKey = await readKey(context.folder, 'policy')
  const editor = createListEditor({ ...context, policyKey })
  return {
    ...context,
    editor,
    people: createPeople({ ...context, editor }),
    devices: createDevices({ ...context, policyKey }),
  }
}
