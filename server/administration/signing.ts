/**
 * What is signed elsewhere, where the policy key is: `draft` tells the exact bytes of every head and command that a proposal
 * would make, `commit` does the same again with the signatures. What has moved in between gives other bytes, for which
 * these signatures are none.
 */
import { encodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { verifyCommand } from '../../shared/whitelist/command.ts'
import { decodeHead, verifyHead } from '../../shared/whitelist/head.ts'
import { keysOf } from '../../shared/whitelist/manifest.ts'
import type { Clock } from '../clock.ts'
import { newestManifest } from '../keys/manifests.ts'
import { primitives } from '../keys/primitives.ts'
import { createListEditor } from '../lists/editor.ts'
import type { HeadSigner } from '../lists/issue.ts'
import { reissueDue } from '../lists/reissue.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import { textOfLine } from './audit.ts'
import type { CommandSigner } from './device-moves.ts'
import { type Ran, runChanges, type UserListChange } from './run-changes.ts'
import { carryOutOne, faultOfSubmitted, runOf, unsigned, unsignedCommand } from './submit.ts'

/** In place of a proposal's id: heads at half of their life. */
export const reissue = 'reissue'

export type Signing = { readonly store: Store; readonly config: Config }

export type Drafted = {
  readonly heads: readonly Uint8Array[]
  /** Commands to devices, which are signed after the heads. */
  readonly commands: readonly Uint8Array[]
  readonly lists: readonly UserListChange[]
  /** A line for each change. */
  readonly difference: readonly string[]
}
type Refused = { readonly ok: false; readonly why: string; readonly movedOn?: boolean }

/** Heads that are issued again at once; the next draft has the others. */
const maxReissued = 1_000

export async function draft(
  { store, config }: Signing,
  { what, now }: { readonly what: string; readonly now: number },
): Promise<{ readonly ok: true; readonly value: Drafted } | Refused> {
  const heads: Uint8Array[] = []
  const sign: HeadSigner = (some, inside) => {
    heads.push(...some)
    return unsigned(some, inside)
  }
  if (what === reissue) {
    await issueAgain({ store, config, sign, now }, false)
    return { ok: true, value: { heads, commands: [], lists: [], difference: heads.map(reissuedLine) } }
  }
  const proposal = await store.administration.proposal(what)
  if (proposal?.state !== 'ready') return notReady(what)
  const run = runOf(proposal)
  let difference: readonly string[] = []
  const also = async (inside: Store, result: Ran) => {
    const [first] = result.ok ? result.audit : []
    const rows = first === undefined ? [] : await inside.administration.auditsAfter(first - 1, run.changes.length)
    difference = rows.map(textOfLine)
  }
  const commands: Uint8Array[] = []
  const signCommand: CommandSigner = (command, within) => {
    commands.push(encodeCanonical(command))
    return unsignedCommand(command, within)
  }
  const ran = await runChanges({ store, config, sign, signCommand }, { ...run, now }, { dry: true, also })
  if (!ran.ok) return { ok: false, why: faultOfSubmitted(ran) ?? '' }
  return { ok: true, value: { heads, commands, lists: ran.lists, difference } }
}

export type Commit = {
  readonly what: string
  /** As it was drafted. */
  readonly now: number
  /** In the order of the heads. */
  readonly signatures: readonly Uint8Array[]
  readonly commandSignatures?: readonly Uint8Array[]
}
export type Committed = { readonly ok: true; readonly value: Extract<Ran, { readonly ok: true }> } | Refused

/** A draft is looked at before it is signed; later, its heads would begin too far in the past. */
const draftLifeMs = 3_600_000

export async function commit(
  { store, config, clock }: Signing & { readonly clock: Clock },
  asked: Commit,
): Promise<Committed> {
  const { what, now } = asked
  const age = clock.now() - now
  if (age < 0 || age > draftLifeMs) return movedOn
  const signer = handingOut(asked)
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
    const ran = await carryOutOne(dependencies, proposal, { now, also: signer.finish })
    if (!ran) return commit({ store, config, clock }, asked)
    return ran.ok ? { ok: true, value: ran } : { ok: false, why: faultOfSubmitted(ran) ?? '' }
  } catch (error) {
    if (error instanceof MovedOn) return movedOn
    throw error
  }
}

const movedOn: Refused = { ok: false, why: 'moved on, draft again', movedOn: true }

function notReady(what: string): Refused {
  return { ok: false, why: `there is no proposal ${JSON.stringify(what)} that waits for a signature` }
}

function doneBefore(result: string): Extract<Ran, { readonly ok: true }> {
  const ran = JSON.parse(result) as Ran
  return ran.ok ? ran : { ok: true, lists: [], audit: [] }
}

class MovedOn extends Error {}

/** A signer that has the signatures already: each is given for the bytes that it is of, and all of them must be used. */
function handingOut({ signatures, commandSignatures = [] }: Commit): {
  readonly sign: HeadSigner
  readonly signCommand: CommandSigner
  readonly finish: () => Promise<void>
} {
  let next = 0
  let nextCommand = 0
  const keysIn = async (inside: Pick<Store, 'journal'>) => keysOf(await newestManifest(inside), 'pk')
  return {
    async sign(heads, inside) {
      const keys = await keysIn(inside)
      return heads.map((bytes) => {
        const signature = signatures[next]
        next += 1
        if (!signature || !verifyHead(primitives, { bytes, signature }, keys)) throw new MovedOn()
        return signature
      })
    },
    async signCommand(command, inside) {
      const signed = { c: command, s: toBase64(commandSignatures[nextCommand] ?? new Uint8Array()) }
      nextCommand += 1
      if (!verifyCommand(primitives, signed, await keysIn(inside))) throw new MovedOn()
      return signed
    },
    finish: async () => {
      if (next !== signatures.length || nextCommand !== commandSignatures.length) throw new MovedOn()
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

function reissuedLine(bytes: Uint8Array): string {
  const core = decodeHead(bytes)?.core
  return `list of ${core?.usr}: version ${core?.ver}, the same contacts for longer`
}
