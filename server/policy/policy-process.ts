/**
 * Holds the policy key while the server runs and does four things with it: carries out the changes that the services
 * were asked for, takes steps of the keys for them where the root key is here too, keeps imports in step, and issues each
 * list's head again at half of its life (protocol.md 3.4). Forked by `serve`; ends with it. Opens no port; only `serve`
 * asks it (policy-tasks.ts).
 */

import { administer } from '../administration/administer.ts'
import { anchorFile, anchoringOf, copyAnchor } from '../administration/anchors.ts'
import { ReasonNeeded } from '../administration/audit.ts'
import { commandSignerOf } from '../administration/devices/device-moves.ts'
import { keepImports } from '../administration/keep-imports.ts'
import { answerKeyStep, keysView, refusedAnswer } from '../administration/keys/key-steps.ts'
import { numberedTask, type PolicyAnswer, type PolicyTask } from '../administration/keys/policy-tasks.ts'
import { carryOut } from '../administration/submit.ts'
import { systemClock } from '../ground/clock.ts'
import { codeOf } from '../ground/durable-file.ts'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import { repeat } from '../ground/repeat.ts'
import { PolicyKeyAbsent, policyKeyOf } from '../keys/policy-key.ts'
import { createListEditor } from '../lists/editor.ts'
import { signerOf } from '../lists/issue.ts'
import { reissueDue } from '../lists/reissue.ts'
import { ClockJumped } from '../lists/signing-clock.ts'
import { createLog, failureTo } from '../monitoring/log.ts'
import { readConfig } from '../settings/config.ts'
import type { Context } from '../settings/context.ts'
import { folderAt } from '../settings/folder.ts'
import { openConfigured } from '../settings/open-configured.ts'
import { storeFailure } from '../store/failures.ts'

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

/** False where the key is elsewhere, or the clock is not believed: said once, and again each time that a head is due. */
type WithKey = (work: () => Promise<void>) => Promise<boolean>

function keyGuard(): { readonly withKey: WithKey; readonly sayAgain: () => void } {
  let said = false
  const say = (words: string) => {
    if (!said) log.warn(words)
    said = true
    return false
  }
  return {
    sayAgain: () => {
      said = false
    },
    withKey: async (work) => {
      try {
        await work()
        return true
      } catch (error) {
        if (error instanceof PolicyKeyAbsent) return say('something is to be signed, and the policy key is not here')
        if (error instanceof ClockJumped)
          return say('nothing is signed, since the clock has jumped: run "kith-server clock"')
        throw error
      }
    },
  }
}

const failed = failureTo(log)

function listen(answer: (task: PolicyTask) => Promise<PolicyAnswer>): void {
  process.on('message', (message) => {
    const read = numberedTask.safeParse(message)
    if (!read.success) return
    const { number, task } = read.data
    void answer(task)
      .catch((error: unknown): PolicyAnswer => {
        if (error instanceof ReasonNeeded) return refusedAnswer(error.refusal)
        failed(error)
        return { kind: 'unavailable' }
      })
      .then((told) => process.connected && process.send?.({ number, answer: told }))
  })
}

/** Says of each proposal of a newer program once that it is left: the same ones are met again at every look. */
function sayOnce(): (id: string) => void {
  const said = new Set<string>()
  return (id) => {
    if (said.has(id)) return
    said.add(id)
    log.warn('proposals of a newer program are left as they are', { count: said.size })
  }
}

/** Changes go on: the next look tries again. */
function tellOfFile(error: unknown): void {
  const code = codeOf(error)
  if (code === undefined || storeFailure(error) !== undefined) throw error
  log.error('the anchors of the audit log cannot be written to the file of "anchors" in config.json', { code })
}

async function openContext(path: string): Promise<Context> {
  const folder = folderAt(path)
  const read = await readConfig(folder)
  if (!read.ok) throw new Error('the data folder cannot be read')
  return { folder, config: read.value, store: await openConfigured(read.value.store, folder), clock: systemClock() }
}

async function main(path: string): Promise<void> {
  const context = await openContext(path)
  const { folder, config, store, clock } = context
  const policyKey = policyKeyOf(folder)
  const sign = signerOf(policyKey)
  const editor = createListEditor({ store, clock, config, sign })
  const { withKey, sayAgain } = keyGuard()
  const anchor = anchoringOf(policyKey)
  const copyAnchors = () => copyAnchor(store, anchorFile({ folder, config })).catch(tellOfFile)
  const inOrder = oneAtATime()
  const unreadable = sayOnce()
  // One after the other: the timer and a task may ask at the same moment, and each run takes all that is ready.
  const carry = () =>
    inOrder('carry', () =>
      withKey(async () => {
        const dependencies = { store, config, sign, signCommand: commandSignerOf(policyKey), anchor }
        const count = await carryOut(dependencies, clock.now, unreadable)
        if (count > 0) log.info('carried out', { count })
        if (count > 0) await copyAnchors()
      }),
    )
  const look = async () => {
    sayAgain()
    await withKey(async () => {
      const count = await reissueDue({ store, editor, clock, config })
      if (count > 0) log.info('reissued', { count })
    })
    // What others noted meanwhile: they have no policy key to sign it with.
    await withKey(() => store.transaction((inside) => anchor(inside, clock.now())))
    await copyAnchors()
  }
  listen(async (task) => {
    if (task.task === 'keys') return { kind: 'keys', keys: await keysView(context) }
    // Every list may be signed anew in it: nothing else is signed meanwhile.
    if (task.task === 'keyStep') {
      const answer = await inOrder('carry', () => answerKeyStep(context, task, 'afar'))
      if (answer.kind === 'manifest') log.info('keys', { kind: task.step.step, version: answer.version })
      return answer
    }
    return { kind: (await carry()) ? 'done' : 'keyAbsent' }
  })
  // Imports need the key for what they change, so they are kept in step here and not in the serving process.
  const administration = await administer(context)
  const imports = keepImports(administration, log)
  const stops = [
    repeat(everyMs, look, failed),
    repeat(proposalsMs, async () => void (await carry()), failed),
    repeat(importsMs, () => imports.look(), failed),
  ]
  end = async () => {
    for (const stop of stops) stop()
    await imports.close()
    await store.close()
  }
  // At once and not after a minute: heads may have grown old while nothing ran.
  await look()
  await imports.look()
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  failed(error)
  process.exit(1)
})
