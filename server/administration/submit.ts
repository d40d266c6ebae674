/**
 * How changes are asked for: carried out at once where the policy key is at hand, else kept as a proposal until a second
 * administrator, or whoever holds the key, has seen them.
 */
import { randomUUID } from 'node:crypto'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { jsonOf } from '../../shared/json.ts'
import type { Clock } from '../ground/clock.ts'
import { type Done, faultAt, refusal } from '../ground/refusals.ts'
import type { HeadSigner } from '../lists/issue.ts'
import { nudge, tellDeciders } from '../lists/nudge.ts'
import { ClockJumped } from '../lists/signing-clock.ts'
import type { ProposalRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import { type Actor, canonicalName } from './actor.ts'
import { faultOfReason } from './audit.ts'
import {
  type Run,
  type RunDependencies,
  type RunOptions,
  runChanges,
  unsigned,
  unsignedCommand,
} from './run-changes.ts'
import { runAlone } from './second-person.ts'
import type { Ran } from './work.ts'

/** `pending`: the proposal's id; `needs` whom it waits for. */
export type Submitted = Ran | { readonly ok: true; readonly pending: string; readonly needs: 'approval' | 'signature' }

/** `sign` is absent where the policy key is elsewhere. */
type SubmitDependencies = Omit<RunDependencies, 'sign'> & { readonly sign?: RunDependencies['sign'] }

/** Has changes made as one actor. `via`: another door than the actor's, such as an import. */
export type RunAs = (
  changes: readonly Change[],
  options?: RunOptions & { readonly why?: string; readonly via?: string },
) => Promise<Submitted>

/** `atHand`: what there is to carry changes out with; without the policy key they wait for whoever has it. */
export function runningAs(
  { store, config, clock }: Pick<SubmitDependencies, 'store' | 'config'> & { readonly clock: Clock },
  actor: Actor,
  atHand: () => Promise<SubmitDependencies> = async () => ({ store, config }),
): RunAs {
  return async (changes, { why = '', via = actor.via, ...options } = {}) => {
    const run = { changes, who: actor.who, via, why, now: clock.now() }
    return options.dry === true ? tryChanges({ store, config }, run, options) : submit(await atHand(), run, options)
  }
}

/** Has changes made, or keeps them as a proposal. Throws only what is a bug; what does not fit is in the answer. */
export async function submit(dependencies: SubmitDependencies, run: Run, options: RunOptions = {}): Promise<Submitted> {
  const { store, config, sign, signCommand, anchor } = dependencies
  const unreasoned = await faultOfReason(store, run.why)
  if (unreasoned) return { ok: false, faults: [faultAt(0, unreasoned)] }
  // What touches no list needs no policy key and does not wait for one.
  const isAtOnce = sign !== undefined || run.changes.every(needsNoKey)
  const signers = isAtOnce
    ? { sign: sign ?? noKey, signCommand, anchor }
    : { sign: unsigned, signCommand: unsignedCommand }
  // Also what waits is tried first: what does not fit is refused now, and not to the person who signs it tomorrow.
  const ran = await runAlone({ store, config, ...signers }, run, isAtOnce ? options : { dry: true }).catch(clockFault)
  if (ran !== 'approval' && (isAtOnce || !ran.ok)) return ran
  const id = randomUUID()
  await store.transaction(async (inside) => {
    await lockOut(inside, run)
    await inside.administration.addProposal(proposalOf(id, run, ran === 'approval' ? 'approval' : 'ready'))
    await tellDeciders(inside, run.now)
  })
  return { ok: true, pending: id, needs: ran === 'approval' ? 'approval' : 'signature' }
}

/** What would happen: nothing is kept, and no key is needed. */
function tryChanges(
  dependencies: Pick<RunDependencies, 'store' | 'config'>,
  run: Run,
  options: RunOptions = {},
): Promise<Ran> {
  const { store, config } = dependencies
  const sign: HeadSigner = (heads, inside) => {
    options.heads?.(heads)
    return unsigned(heads, inside)
  }
  const trying = { store, config, sign, signCommand: unsignedCommand }
  return runChanges(trying, run, { ...options, dry: true }).catch(clockFault)
}

/** For whoever asks. What waits already is not refused by it: that goes on waiting until the clock is right. */
function clockFault(error: unknown): Extract<Ran, { readonly ok: false }> {
  if (!(error instanceof ClockJumped)) throw error
  return { ok: false, faults: [faultAt(0, error.refusal)] }
}

/** What changes no list and has no device do anything. */
function needsNoKey(change: Change): boolean {
  if (change.op === 'device.revoke') return change.wipe === undefined
  if (change.op === 'quarantine.release' || change.op === 'quarantine.refuse') return true
  return change.op === 'device.approve' || change.op === 'device.unlock' || change.op === 'role.set'
}

function noKey(): Promise<never> {
  return Promise.reject(new Error('a signature for what needs none'))
}

/** Whoever is to be disabled is out at once, and so is a device that is to be locked or revoked; only others' lists and the device's command wait for a signature. */
async function lockOut(inside: Store, { changes, now }: Run): Promise<void> {
  for (const change of changes) {
    if (change.op === 'device.revoke' || change.op === 'device.lock') {
      const isForGood = change.op === 'device.revoke'
      await inside.devices.setState(change.user, change.device, isForGood ? 'revoked' : 'locked')
      if (isForGood) await inside.devices.removeHalf(change.user, change.device)
      await inside.sessions.removeOf(change.user, change.device)
      await nudge(inside, change.user, now)
    }
    if (change.op !== 'user.disable') continue
    await inside.users.setState(change.user, 'disabled')
    await inside.sessions.removeOf(change.user)
    await nudge(inside, change.user, now)
  }
}

function proposalOf(id: string, run: Run, state: 'approval' | 'ready'): ProposalRow {
  const { changes, who, via, why, now } = run
  return { id, at: now, who, via, why, changes: JSON.stringify(changes), state, approved_by: '', result: '' }
}

type Decision = { readonly id: string; readonly who: string; readonly approve: boolean }
/** A proposal is approved by somebody else than whoever made it. `who`: the name of an `Actor`. */
export async function decide(store: Store, { id, who, approve }: Decision): Promise<Done> {
  const proposal = await store.administration.proposal(id)
  if (!proposal) return refusal('unknownProposal', id)
  if (approve && (await canonicalName(store, proposal.who)) === (await canonicalName(store, who)))
    return refusal('secondPerson')
  const state = approve ? 'ready' : 'refused'
  const moved = await store.administration.moveProposal(id, 'approval', { state, approved_by: who, result: '' })
  return moved ? { ok: true, value: undefined } : refusal('decided')
}

/**
 * Carries out what is ready, oldest first; each proposal once, whoever does it and however often that is interrupted.
 * `unreadable`: is told the id of each that a newer program made and this one cannot read; it is left as it is. Gives
 * how many came to an end.
 */
export async function carryOut(
  dependencies: RunDependencies,
  now: () => number,
  unreadable: (id: string) => void = () => undefined,
): Promise<number> {
  let count = 0
  for (const proposal of await dependencies.store.administration.proposals('ready')) {
    if (!readChanges(proposal.changes)) {
      unreadable(proposal.id)
      continue
    }
    const carried = await carryOutOne(dependencies, proposal, { now: now() })
    if (!carried || !('pending' in carried)) count += 1
  }
  return count
}

type Carrying = {
  readonly now: number
  /** What else belongs to the transaction. */
  readonly also?: () => Promise<void>
}

/**
 * What a ready proposal came to; undefined where another process was faster. One that nobody approved and that now
 * needs a second person waits for that person instead.
 */
export async function carryOutOne(
  dependencies: RunDependencies,
  proposal: ProposalRow,
  { now, also }: Carrying,
): Promise<Submitted | undefined> {
  const { administration } = dependencies.store
  const done = (result: Ran) => ({
    state: result.ok ? ('done' as const) : ('refused' as const),
    approved_by: proposal.approved_by,
    result: JSON.stringify(result),
  })
  const ran = await runProposal(dependencies, proposal, {
    now,
    also: async (inside, result) => {
      // Another process was faster: what we did is rolled back.
      if (!(await inside.administration.moveProposal(proposal.id, 'ready', done(result)))) throw new CarriedOut()
      await also?.()
    },
  }).catch(carriedOut)
  if (ran === 'approval')
    return dependencies.store.transaction(async (inside) => {
      await tellDeciders(inside, now)
      return waitForApproval(inside, proposal.id)
    })
  // The run's transaction was rolled back with its faults; the proposal is ended in one of its own, or it would be
  // tried for ever.
  if (ran && !ran.ok) await administration.moveProposal(proposal.id, 'ready', done(ran))
  return ran
}

/** A proposal's run: what a second person approved may do what it does, all else is judged by what it does now. */
export function runProposal(
  dependencies: RunDependencies,
  proposal: ProposalRow,
  { now, ...options }: RunOptions & { readonly now: number },
): Promise<Ran | 'approval'> {
  const made = proposal.approved_by === '' ? runAlone : runChanges
  return made(dependencies, { ...runOf(proposal), now }, options)
}

/** Has a ready proposal wait for a second person; undefined where another process was faster. */
export async function waitForApproval({ administration }: Store, id: string): Promise<Submitted | undefined> {
  const moved = await administration.moveProposal(id, 'ready', { state: 'approval', approved_by: '', result: '' })
  return moved ? { ok: true, pending: id, needs: 'approval' } : undefined
}

class CarriedOut extends Error {}

function carriedOut(error: unknown): undefined {
  if (!(error instanceof CarriedOut)) throw error
}

/** The changes that a proposal's row keeps; undefined where this program cannot read them. */
export function readChanges(text: string): readonly Change[] | undefined {
  return changeSchema.array().safeParse(jsonOf(text)).data
}

/** The run that a proposal asks for; with four eyes both are named. Throws where `readChanges` gives nothing. */
function runOf({ changes: text, who, via, why, approved_by }: ProposalRow): Omit<Run, 'now'> {
  const changes = readChanges(text)
  if (!changes) throw new Error('a proposal of a newer program')
  const by = approved_by === '' ? who : `${who}, ${approved_by}`
  return { changes, who: by, via, why }
}

/** For whoever needs it done now: in words, where it is not. */
export function faultOfSubmitted(submitted: Submitted): string | undefined {
  if (!submitted.ok) return submitted.faults.map(({ why }) => why).join('; ')
  if (!('pending' in submitted)) return undefined
  return submitted.needs === 'approval'
    ? `a second person has to approve it: proposal ${submitted.pending}`
    : `the policy key is not here: it waits for its signature as proposal ${submitted.pending}`
}
