/** What those who hold the policy key can do: composed over an open data folder. The key is read only where something is signed. */
import { userInfo } from 'node:os'
import { type PolicyKey, PolicyKeyAbsent, policyKeyOf } from '../keys/policy-key.ts'
import { createListEditor, type ListEditor } from '../lists/editor.ts'
import { signerOf } from '../lists/issue.ts'
import type { Context } from '../settings/context.ts'
import type { Store } from '../store/store.ts'
import { type Actor, localActor } from './actor.ts'
import { anchorFile, anchoringOf, copyAnchor } from './anchors.ts'
import { type Note, noteAs } from './audit.ts'
import { commandSignerOf } from './devices/device-moves.ts'
import { carryOut, type RunAs, runningAs } from './submit.ts'

/** Those who hold the policy key: the command line, never the SOAP process. */
export type Administration = Context & {
  /** Whoever sits at this machine. */
  readonly actor: Actor
  readonly note: Note
  /** Carries out what was approved; gives how many, or undefined where the policy key is elsewhere. */
  readonly carryOut: () => Promise<number | undefined>
  readonly run: RunAs
  readonly editor: ListEditor
}

/**
 * Composes what this user of the machine may do. Where the policy key is not here, changes become proposals, and
 * `carryOut` does nothing.
 */
export async function administer(context: Context): Promise<Administration> {
  const policyKey = policyKeyOf(context.folder)
  const sign = signerOf(policyKey)
  const actor = await localActor(context.store, localUser())
  const dependencies = { ...context, sign, signCommand: commandSignerOf(policyKey), anchor: anchoringOf(policyKey) }
  // Asked at each change: the key may be exported, or brought back, while this runs.
  const atHand = async () => ((await isHere(policyKey, context.store)) ? dependencies : context)
  const made = runningAs(context, actor, atHand)
  const run: RunAs = async (...given) => {
    const done = await made(...given)
    // What could not be written there is added by the next change, or by the policy process, which says so.
    await copyAnchor(context.store, anchorFile(context)).catch(() => undefined)
    return done
  }
  const note = noteAs({ clock: context.clock, ...actor })
  return {
    ...context,
    actor,
    note,
    run,
    carryOut: async () =>
      (await isHere(policyKey, context.store)) ? carryOut(dependencies, context.clock.now) : undefined,
    editor: createListEditor(dependencies),
  }
}

/** The person behind `sudo`, where there is one: several administrators share the account that owns the folder. */
function localUser(): string {
  const { username, uid } = userInfo()
  return (uid === 0 ? process.env.SUDO_USER : undefined) ?? username
}

async function isHere(policyKey: PolicyKey, store: Store): Promise<boolean> {
  try {
    await policyKey(store)
    return true
  } catch (error) {
    if (error instanceof PolicyKeyAbsent) return false
    throw error
  }
}
