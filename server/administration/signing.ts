/**
 * Lists that are signed elsewhere, where the policy key is: `draft` tells the exact bytes of every head that a proposal
 * would make, with what it changes; `commit` does the same again with the signatures. What has moved in between gives
 * other bytes, for which these signatures are none.
 */
import { canonicalText } from '../../shared/whitelist/bytes/canonical.ts'
import { type Command, type SignedCommand, verifyCommand } from '../../shared/whitelist/command.ts'
import { verifyHead } from '../../shared/whitelist/head.ts'
import { keysOf } from '../../shared/whitelist/manifest.ts'
import type { Clock } from '../ground/clock.ts'
import { primitives } from '../ground/primitives.ts'
import type { Done } from '../ground/refusals.ts'
import { newestManifest } from '../keys/manifests.ts'
import { createListEditor } from '../lists/editor.ts'
import type { HeadSigner, HeadToSign } from '../lists/issue.ts'
import { reissueDue } from '../lists/reissue.ts'
import { ClockJumped } from '../lists/signing-clock.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { CommandSigner } from './devices/device-moves.ts'
import { unsigned, unsignedCommand } from './run-changes.ts'
import { carryOutOne, faultOfSubmitted, readChanges, runProposal, type Submitted, waitForApproval } from './submit.ts'
import { type Ran, readRan } from './work.ts'

/** In place of a proposal's id: heads at half of their life. */
export const reissue = 'reissue'

type Signing = { readonly store: Store; readonly config: Config }

type Drafted = {
  readonly heads: readonly HeadToSign[]
  /** Commands to devices: whoever signs makes their ids. */
  readonly commands: readonly Command[]
}
type Refused = { readonly ok: false; readonly why: string; readonly movedOn?: boolean }

/** Heads that are issued again at once; the next draft has the others. */
const maxReissued = 1_000

/**
 * Makes a proposal's changes, keeps what would have been signed, and takes them back. `now`: part of what is signed.
 */
export async function draft(signing: Signing, wanted: Wanted): Promise<Done<Drafted>> {
  try {
    return await draftOf(signing, wanted)
  } catch (error) {
    if (error instanceof ClockJumped) return error.refusal
    throw error
  }
}

type Wanted = { readonly what: string; readonly now: number }

async function draftOf({ store, config }: Signing, { what, now }: Wanted): Promise<Done<Drafted>> {
  const heads: HeadToSign[] = []
  const commands: Command[] = []
  const sign: HeadSigner = (some, inside) => {
    heads.push(...some)
    return unsigned(some, inside)
  }
  const signCommand: CommandSigner = (command, inside) => {
    commands.push(command)
    return unsignedCommand(command, inside)
  }
  if (what === reissue) {
    await issueAgain({ store, config, sign, now }, false)
    return { ok: true, value: { heads, commands } }
  }
  const proposal = await store.administration.proposal(what)
  if (proposal?.state !== 'ready') return notReady(what)
  if (!readChanges(proposal.changes)) return unreadable
  const ran = await runProposal({ store, config, sign, signCommand }, proposal, { now, dry: true })
  if (ran === 'approval') {
    const waiting = await waitForApproval(store, what)
    return waiting ? refusedAs(waiting) : notReady(what)
  }
  return ran.ok ? { ok: true, value: { heads, commands } } : refusedAs(ran)
}

type Commit = {
  readonly what: string
  /** As it was drafted. */
  readonly now: number
  /** In the order of the heads. */
  readonly signatures: readonly Uint8Array[]
  /** In the order of the draft's. */
  readonly commands: readonly SignedCommand[]
}
type Committed = { readonly ok: true; readonly value: Extract<Ran, { readonly ok: true }> } | Refused

/** A draft is looked at before it is signed; later, its heads would begin too far in the past. */
const draftLifeMs = 3_600_000

/** Makes the same changes with these signatures. Asked again for what is done, it gives the same answer. */
export async function commit(
  { store, config, clock }: Signing & { readonly clock: Clock },
  { what, now, signatures, commands }: Commit,
): Promise<Committed> {
  // `now` comes back from whoever signs, so it is not believed: heads must begin about now.
  const age = clock.now() - now
  if (age < 0 || age > draftLifeMs) return movedOn
  const signer = handingOut(signatures, commands)
  const dependencies = { store, config, sign: signer.sign, signCommand: signer.signCommand }
  try {
    if (what === reissue) {
      await issueAgain({ ...dependencies, now, also: signer.finish }, true)
      return { ok: true, value: { ok: true, lists: [], audit: [] } }
    }
    const proposal = await store.administration.proposal(what)
    // Done already: whoever did not hear the answer asks again.
    if (proposal?.state === 'done') return { ok: true, value: doneBefore(proposal.result) }
    if (proposal?.state !== 'ready') return notReady(what)
    if (!readChanges(proposal.changes)) return unreadable
    const ran = await carryOutOne(dependencies, proposal, { now, also: signer.finish })
    // Another process did it meanwhile; asked again, it is found done and answered so.
    if (!ran) return commit({ store, config, clock }, { what, now, signatures, commands })
    return ran.ok && !('pending' in ran) ? { ok: true, value: ran } : refusedAs(ran)
  } catch (error) {
    if (error instanceof MovedOn) return movedOn
    if (error instanceof ClockJumped) return error.refusal
    throw error
  }
}

const unreadable: Refused = { ok: false, why: 'the proposal was made by a newer program' }

function refusedAs(submitted: Submitted): Refused {
  return { ok: false, why: faultOfSubmitted(submitted) ?? '' }
}

const movedOn: Refused = { ok: false, why: 'moved on, draft again', movedOn: true }

function notReady(what: string): Refused {
  return { ok: false, why: `there is no proposal ${JSON.stringify(what)} that waits for a signature` }
}

function doneBefore(result: string): Extract<Ran, { readonly ok: true }> {
  const ran = readRan(result)
  return ran.ok ? ran : { ok: true, lists: [], audit: [] }
}

class MovedOn extends Error {}

/** A signer that has the signatures already: each is given for the bytes that it is of, and all of them must be used. */
function handingOut(
  signatures: readonly Uint8Array[],
  commands: readonly SignedCommand[],
): { readonly sign: HeadSigner; readonly signCommand: CommandSigner; readonly finish: () => Promise<void> } {
  const heads = signatures.values()
  const signedCommands = commands.values()
  const keysIn = async (inside: Store) => keysOf(await newestManifest(inside), 'pk')
  return {
    async sign(some, inside) {
      // The keys of the manifest in force: a signature by a key that was replaced in between is none.
      const keys = await keysIn(inside)
      return some.map(({ bytes }) => {
        const signature = heads.next().value
        if (!signature || !verifyHead(primitives, { bytes, signature }, keys)) throw new MovedOn()
        return signature
      })
    },
    async signCommand(command, inside) {
      const signed = signedCommands.next().value
      // All but the id must be what is asked for now: whoever signs makes the id.
      const isSame = signed && canonicalText({ ...signed.c, id: '' }) === canonicalText({ ...command, id: '' })
      if (!isSame || !verifyCommand(primitives, signed, await keysIn(inside))) throw new MovedOn()
      return signed
    },
    finish: async () => {
      if (heads.next().done !== true || signedCommands.next().done !== true) throw new MovedOn()
    },
  }
}

class Undone extends Error {}

type Again = Signing & { readonly sign: HeadSigner; readonly now: number; readonly also?: () => Promise<void> }

/** All that are due in one transaction, which is kept or only tried. */
async function issueAgain({ store, config, sign, now, also }: Again, keep: boolean): Promise<void> {
  const clock = { now: () => now }
  try {
    await store.transaction(async (inside) => {
      const editor = createListEditor({ store: inside, clock, config, sign })
      await reissueDue({ store: inside, editor, clock, config }, maxReissued)
      await also?.()
      if (!keep) throw new Undone()
    })
  } catch (error) {
    if (!(error instanceof Undone)) throw error
  }
}
