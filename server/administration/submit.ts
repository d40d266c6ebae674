/**
 * How changes are asked for: carried out at once where the policy key is at hand, else kept as a proposal until a second
 * administrator, or whoever holds the key, has seen them.
 */
import { randomUUID } from 'node:crypto'
import { type Change, changeSchema } from '../../shared/administration/change.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { Clock } from '../ground/clock.ts'
import { faultAt, type Refusal, refusal } from '../ground/refusals.ts'
import { entryFromText } from '../lists/changes.ts'
import type { HeadSigner, HeadToSign } from '../lists/issue.ts'
import { nudge } from '../lists/nudge.ts'
import { policyFrom } from '../organisation/organisation.ts'
import type { ProposalRow } from '../store/administration/tables.ts'
import type { Store } from '../store/store.ts'
import { type Actor, canonicalName } from './actor.ts'
import { faultOfReason } from './audit.ts'
import type { CommandSigner } from './devices/device-moves.ts'
import { reachesOutside } from './outside-reach.ts'
import { type Run, type RunDependencies, type RunOptions, runChanges } from './run-changes.ts'
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
  const { store, config, sign, signCommand } = dependencies
  const unreasoned = await faultOfReason(store, run.why)
  if (unreasoned) return { ok: false, faults: [faultAt(0, unreasoned)] }
  const needs = await whomItNeeds(dependencies, run)
  if (typeof needs !== 'string') return needs
  // What touches no list needs no policy key and does not wait for one.
  const isAtOnce = needs === 'signature' && run.changes.every(needsNoKey)
  if (needs === 'signature' && (sign || isAtOnce))
    return runChanges({ store, config, sign: sign ?? noKey, signCommand }, run, options)
  // What does not fit is refused now, and not to the person who signs it tomorrow.
  const tried = await tryChanges({ store, config }, run)
  if (!tried.ok) return tried
  const id = randomUUID()
  await store.transaction(async (inside) => {
    await lockOut(inside, run)
    await inside.administration.addProposal(proposalOf(id, run, needs === 'approval' ? 'approval' : 'ready'))
  })
  return { ok: true, pending: id, needs }
}

/** With four eyes, a second person for what lets somebody from outside in or takes a pair of eyes away; else why it does not fit. */
async function whomItNeeds(
  { store, config }: SubmitDependencies,
  run: Run,
): Promise<'approval' | 'signature' | Extract<Ran, { readonly ok: false }>> {
  if (!policyFrom(await store.organisation.policy()).fourEyes) return 'signature'
  const before = await standingOf(store)
  const heads: HeadToSign[] = []
  const sign: HeadSigner = (some, inside) => {
    heads.push(...some)
    return unsigned(some, inside)
  }
  let after = before
  const also = async (inside: Store) => {
    after = await standingOf(inside)
  }
  const tried = await runChanges({ store, config, sign, signCommand: unsignedCommand }, run, { dry: true, also })
  if (!tried.ok) return tried
  const steps = heads.map(({ user, change, before: texts }) => ({
    isGuests: after.guests.has(user),
    before: texts.map(entryFromText),
    after: [...change.additions, ...change.changes].map(entryFromText),
  }))
  const isLetIn = isMore(before.guests, after.guests) || reachesOutside(steps, config.domain)
  // Whoever could make a second administrator alone would be both pairs of eyes.
  const isAlone = !after.fourEyes || isMore(before.administrators, after.administrators)
  return isLetIn || isAlone ? 'approval' : 'signature'
}

function isMore(before: ReadonlySet<string>, after: ReadonlySet<string>): boolean {
  return [...after].some((one) => !before.has(one))
}

type Standing = {
  /** Logins of people from outside who may sign in. */
  readonly guests: ReadonlySet<string>
  readonly administrators: ReadonlySet<string>
  readonly fourEyes: boolean
}

async function standingOf({ users, administration, organisation }: Store): Promise<Standing> {
  const guests = (await users.all()).filter(({ scope, state }) => scope === 'external' && state === 'active')
  const administrators = (await administration.roles()).filter(({ role }) => role === 'administrator')
  return {
    guests: new Set(guests.map(({ id }) => id)),
    administrators: new Set(administrators.map(({ user }) => user)),
    fourEyes: policyFrom(await organisation.policy()).fourEyes,
  }
}

/** What would happen: nothing is kept, and no key is needed. */
function tryChanges(
  dependencies: Pick<RunDependencies, 'store' | 'config'>,
  run: Run,
  options: RunOptions = {},
): Promise<Ran> {
  const { store, config } = dependencies
  return runChanges({ store, config, sign: unsigned, signCommand: unsignedCommand }, run, { ...options, dry: true })
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

/** For trying out what is never kept. */
export const unsigned: HeadSigner = async (heads) => heads.map(() => new Uint8Array(64))

/** A command as a proposal is tried with, before anybody signs. */
export const unsignedCommand: CommandSigner = async (command) => ({ c: command, s: toBase64(new Uint8Array(64)) })

function proposalOf(id: string, run: Run, state: 'approval' | 'ready'): ProposalRow {
  const { changes, who, via, why, now } = run
  return { id, at: now, who, via, why, changes: JSON.stringify(changes), state, approved_by: '', result: '' }
}

type Decision = { readonly id: string; readonly who: string; readonly approve: boolean }
type Decided = { readonly ok: true } | Refusal

/** A proposal is approved by somebody else than whoever made it. `who`: the name of an `Actor`. */
export async function decide(store: Store, { id, who, approve }: Decision): Promise<Decided> {
  const proposal = await store.administration.proposal(id)
  if (!proposal) return refusal('unknownProposal', id)
  if (approve && (await canonicalName(store, proposal.who)) === (await canonicalName(store, who)))
    return refusal('secondPerson')
  const state = approve ? 'ready' : 'refused'
  const moved = await store.administration.moveProposal(id, 'approval', { state, approved_by: who, result: '' })
  return moved ? { ok: true } : refusal('decided')
}

/** Carries out what is ready, oldest first; each proposal once, whoever does it and however often that is interrupted. */
export async function carryOut(dependencies: RunDependencies, now: () => number): Promise<number> {
  let count = 0
  for (const proposal of await dependencies.store.administration.proposals('ready')) {
    await carryOutOne(dependencies, proposal, { now: now() })
    count += 1
  }
  return count
}

type Carrying = {
  readonly now: number
  /** What else belongs to the transaction. */
  readonly also?: () => Promise<void>
}

/** What a ready proposal came to; undefined where another process was faster. */
export async function carryOutOne(
  dependencies: RunDependencies,
  proposal: ProposalRow,
  { now, also }: Carrying,
): Promise<Ran | undefined> {
  const done = (result: Ran) => ({
    state: result.ok ? ('done' as const) : ('refused' as const),
    approved_by: proposal.approved_by,
    result: JSON.stringify(result),
  })
  const ran = await runChanges(
    dependencies,
    { ...runOf(proposal), now },
    {
      also: async (inside, result) => {
        // Another process was faster: what we did is rolled back.
        if (!(await inside.administration.moveProposal(proposal.id, 'ready', done(result)))) throw new CarriedOut()
        await also?.()
      },
    },
  ).catch(carriedOut)
  // The run's transaction was rolled back with its faults; the proposal is ended in one of its own, or it would be
  // tried for ever.
  if (ran && !ran.ok) await dependencies.store.administration.moveProposal(proposal.id, 'ready', done(ran))
  return ran
}

class CarriedOut extends Error {}

function carriedOut(error: unknown): undefined {
  if (!(error instanceof CarriedOut)) throw error
}

/** The run that a proposal asks for; with four eyes both are named. */
export function runOf({ changes, who, via, why, approved_by }: ProposalRow): Omit<Run, 'now'> {
  const by = approved_by === '' ? who : `${who}, ${approved_by}`
  return { changes: changeSchema.array().parse(JSON.parse(changes)), who: by, via, why }
}

/** For whoever needs it done now: in words, where it is not. */
export function faultOfSubmitted(submitted: Submitted): string | undefined {
  if (!submitted.ok) return submitted.faults.map(({ why }) => why).join('; ')
  if (!('pending' in submitted)) return undefined
  return submitted.needs === 'approval'
    ? `a second person has to approve it: proposal ${submitted.pending}`
    : `the policy key is not here: it waits for its signature as proposal ${submitted.pending}`
}
