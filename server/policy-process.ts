/**
 * Holds the policy key while the server runs and does one thing with it: issues each list's head again at half of its
 * life (protocol.md 3.4). Forked by `serve`; ends with it. Opens no port and takes no request.
 */
import { systemClock } from './clock.ts'
import { readKey } from './keys/key-files.ts'
import { createListEditor } from './lists/editor.ts'
import { reissueDue } from './lists/reissue.ts'
import { bugFields, createLog } from './operations/log.ts'
import { repeat } from './operations/repeat.ts'
import { readConfig } from './setup/config.ts'
import { folderAt } from './setup/folder.ts'
import { openConfigured } from './setup/store.ts'

/** A head is valid for days: looking once a minute is often enough. */
const everyMs = 60_000

const log = createLog()

let end = async (): Promise<void> => undefined

// A killed parent sends no message, but the channel closes with it: perhaps before we have even started.
process.once('disconnect', () => {
  void end().finally(() => process.exit(0))
})
if (!process.connected) process.exit(0)

async function main(path: string): Promise<void> {
  const folder = folderAt(path)
  const config = await readConfig(folder)
  if (!config.ok) throw new Error('the data folder cannot be read')
  const store = await openConfigured(config.value.store, folder)
  const clock = systemClock()
  const policyKey = await readKey(folder, 'policy')
  const editor = createListEditor({ store, clock, config: config.value, policyKey })
  const look = async () => {
    const count = await reissueDue({ store, editor, clock, config: config.value })
    if (count > 0) log.info('reissued', { count })
  }
  const stop = repeat(everyMs, look, (error) => log.error('bug', bugFields(error)))
  end = async () => {
    stop()
    await store.close()
  }
  await look()
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  log.error('policy process failed', bugFields(error))
  process.exit(1)
})
