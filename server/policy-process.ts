/**
 * Holds the policy key while the server runs and does three things with it: carries out the changes that the
 * services were asked for, keeps imports in step, and issues each list's head again at half of its life (protocol.md 3.4). Forked
 * by `serve`; ends with it. Opens no port and takes no request.
 */

import { keepImports } from './administration/keep-imports.ts'
import { carryOut } from './administration/submit.ts'
import { systemClock } from './clock.ts'
import { PolicyKeyAbsent, policyKeyOf } from './keys/policy-key.ts'
import { createListEditor } from './lists/editor.ts'
import { signerOf } from './lists/issue.ts'
import { reissueDue } from './lists/reissue.ts'
import { bugFields, createLog, failureTo } from './operations/log.ts'
import { repeat } from './operations/repeat.ts'
import { readConfig } from './setup/config.ts'
import { administer } from './setup/context.ts'
import { folderAt } from './setup/folder.ts'
import { openConfigured } from './setup/store.ts'

/** A head is valid for days: looking once a minute is often enough. */
const everyMs = 60_000

/** Whoever asked for a change waits for it. */
const proposalsMs = 250

/** How soon a new import is followed. */
const importsMs = 10_000

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
  const sign = signerOf(policyKeyOf(folder))
  const editor = createListEditor({ store, clock, config: config.value, sign })
  const withKey = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof PolicyKeyAbsent)) throw error
      // Whoever has it must sign in time: said each time that something is due.
      log.warn('something is to be signed, and the policy key is not here')
    }
  }
  const carry = () =>
    withKey(async () => {
      const count = await carryOut({ store, config: config.value, sign }, clock.now)
      if (count > 0) log.info('carried out', { count })
    })
  const look = () =>
    withKey(async () => {
      const count = await reissueDue({ store, editor, clock, config: config.value })
      if (count > 0) log.info('reissued', { count })
    })
  const failed = failureTo(log)
  const administration = await administer({ folder, config: config.value, store, clock })
  const imports = keepImports(administration, log)
  const stops = [
    repeat(everyMs, look, failed),
    repeat(proposalsMs, carry, failed),
    repeat(importsMs, () => imports.look(), failed),
  ]
  end = async () => {
    for (const stop of stops) stop()
    await imports.close()
    await store.close()
  }
  await look()
  await imports.look()
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  log.error('policy process failed', bugFields(error))
  process.exit(1)
})
