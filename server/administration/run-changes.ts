/**
 * The one way in which anything is administered: changes, all or none, in one transaction with the new version of
 * every list that they touch and a line each in the audit log. `changes/` has a handler for each kind of change;
 * `submit.ts` decides whether a run waits for a second person or for the policy key, and `operations/` are
 * what the doors offer of it.
 */

import type { Change } from '../../shared/administration/change.ts'
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { faultAt, refusal } from '../ground/refusals.ts'
import { changeList, createLists, noTexts, planNothing } from '../lists/editor.ts'
import { type HeadSigner, type HeadToSign, issueAll, type ListChange } from '../lists/issue.ts'
import { type OrganisationStep, standing, stepBetween } from '../lists/list-difference.ts'
import { loadOrganisation, type Organisation } from '../organisation/organisation.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import type { Anchoring } from './anchors.ts'
import { addAudit, faultOfReason } from './audit.ts'
import { applyChange } from './changes/index.ts'
import type { CommandSigner } from './devices/device-moves.ts'
import type { Applied, Fault, Ran, UserListChange, Work } from './work.ts'

/** Changes that are asked for together, by whom, and why. */
export type Run = Actor & {
  readonly changes: readonly Change[]
  readonly why: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * `sign` may only collect heads (a draft, a dry run) or hand out signatures made elsewhere: the run is the same for
 * all.
 */
export type RunDependencies = {
  readonly store: Store
  readonly config: Config
  readonly sign: HeadSigner
  /** For changes that have a device do something. */
  readonly signCommand?: CommandSigner | undefined
  /** Signs the last line of the audit log; absent where the policy key is elsewhere. */
  readonly anchor?: Anchoring | undefined
}

/** Carries an outcome out of a transaction that is not to be kept. */
class Undone extends Error {
  readonly outcome: Ran

  constructor(outcome: Ran) {
    super('nothing is kept')
    this.outcome = outcome
  }
}

/** How a run is done; without options it is kept. */
export type RunOptions = {
  /** Nothing is kept: to see what would happen. */
  readonly dry?: boolean
  /** Looks at the store as the changes find it, in their transaction. */
  readonly before?: (inside: Store) => Promise<void>
  /** Of a dry run: sees what would come into each list and leave it. */
  readonly heads?: (heads: readonly HeadToSign[]) => void
  /** What else belongs to the transaction, once all went well; in a dry run it is rolled back with the rest. */
  readonly also?: (inside: Store, ran: Ran) => Promise<void>
}

/** Runs changes. `dry`: everything is done, told and taken back. `also` belongs to the same transaction. */
export async function runChanges(dependencies: RunDependencies, run: Run, options: RunOptions = {}): Promise<Ran> {
  try {
    return await dependencies.store.transaction(async (inside) => {
      const unreasoned = options.dry === true ? undefined : await faultOfReason(inside, run.why)
      if (unreasoned) return { ok: false as const, faults: [faultAt(0, unreasoned)] }
      await options.before?.(inside)
      const outcome = await runInside(dependencies, inside, run)
      if (outcome.ok) await options.also?.(inside, outcome)
      if (outcome.ok && options.dry !== true) await dependencies.anchor?.(inside, run.now)
      // Only a throw rolls a transaction back.
      if (!outcome.ok || options.dry === true) throw new Undone(outcome)
      return outcome
    })
  } catch (error) {
    if (error instanceof Undone) return error.outcome
    throw error
  }
}

const noCommands: CommandSigner = () => Promise.reject(new Error('a command, and nobody to sign it'))

async function runInside(
  { config, sign, signCommand = noCommands }: RunDependencies,
  inside: Store,
  run: Run,
): Promise<Ran> {
  const before = await loadOrganisation(inside)
  const empty = { wishes: [], newUsers: new Set<string>(), organisationMoved: false }
  const work: Work = { inside, config, now: run.now, signCommand, ...empty }
  const applied: Extract<Applied, { readonly ok: true }>[] = []
  const faults: Fault[] = []
  // All of them, though one was refused: whoever asked is told every fault at once.
  for (const [index, change] of run.changes.entries()) {
    const one = await applyChange(work, change, index)
    if (one.ok) applied.push(one)
    else faults.push(faultAt(index, one))
  }
  if (faults.length > 0) return { ok: false, faults }
  // Lists come last: several changes to one list make one version.
  const lists = await writeLists({ config, sign }, work, { before, by: run.who })
  if (!lists.ok) return lists
  const entries = applied.map((one, index) => auditOf(run, run.changes[index], one))
  return { ok: true, lists: lists.value, audit: await addAudit(inside, entries) }
}

function auditOf(
  run: Run,
  change: Change | undefined,
  { target, before, after, undo }: Extract<Applied, { ok: true }>,
) {
  const { who, via, why, now } = run
  return {
    at: now,
    who,
    via,
    why,
    op: change?.op ?? '',
    target,
    before: textOf(before),
    after: textOf(after),
    undo: undo.length === 0 ? '' : textOf(undo),
  }
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value)
}

type Signing = { readonly config: Config; readonly sign: HeadSigner }
type Before = { readonly before: Organisation; readonly by: string }
type Lists = { readonly ok: true; readonly value: readonly UserListChange[] } | Extract<Ran, { readonly ok: false }>

async function writeLists(signing: Signing, work: Work, { before, by }: Before): Promise<Lists> {
  const step = await stepOf(work, before)
  const changed: UserListChange[] = []
  const dependencies = { ...signing, store: work.inside, clock: { now: () => work.now } }
  const users = [...work.newUsers]
  changed.push(...forUsers(users, await createLists(dependencies, work.inside, { users, step })))
  const faults: Fault[] = []
  for (const [login, wanted] of Map.groupBy(work.wishes, (one) => one.user)) {
    const wishes = wanted.map(({ wish }) => wish)
    // A list that was just made has its cards already.
    const own = work.newUsers.has(login) ? standing(step.after) : step
    const result = await changeList(signing, work.inside, { user: login, wishes, by, now: work.now, step: own })
    if (result.ok) changed.push({ user: login, ...result.value })
    else if (result.fault === 'noList') faults.push(faultAt(wanted[0]?.index ?? 0, refusal('unknownUser', login)))
    else for (const fault of result.fault) faults.push({ ...fault, index: wanted[fault.index]?.index ?? 0 })
  }
  if (faults.length > 0) return { ok: false, faults }
  if (step.before === step.after) return { ok: true, value: changed }
  return {
    ok: true,
    value: [
      ...changed,
      ...(await writeOthers(signing, work, { step, by, done: new Set(changed.map(({ user }) => user)) })),
    ],
  }
}

async function stepOf({ inside, organisationMoved }: Work, before: Organisation): Promise<OrganisationStep> {
  if (!organisationMoved) return standing(before)
  // Other processes keep the organisation in memory and see by this number that they must read it again.
  await inside.organisation.bump()
  return stepBetween(before, await loadOrganisation(inside))
}

type Others = { readonly step: OrganisationStep; readonly by: string; readonly done: ReadonlySet<string> }

/** Every other list that the organisation's change reaches; those that stay as they are get no version. */
async function writeOthers(
  signing: Signing,
  { inside, now }: Work,
  { step, by, done }: Others,
): Promise<readonly UserListChange[]> {
  // Locked before they are read: a list that somebody else is changing would get two versions of one number.
  const rows = (await inside.lists.lockAll()).filter(({ user }) => !done.has(user) && step.after.people.has(user))
  const issues = rows.map((row) => ({ row, planned: planNothing(row), texts: noTexts, step, by, now }))
  const issued = await issueAll(signing, inside, issues)
  const changed = forUsers(
    rows.map(({ user }) => user),
    issued,
  )
  return changed.filter(({ version }, at) => version !== rows[at]?.version)
}

function forUsers(users: readonly string[], changes: readonly ListChange[]): readonly UserListChange[] {
  return changes.flatMap((change, at) => {
    const user = users[at]
    return user === undefined ? [] : [{ user, ...change }]
  })
}

/** For trying out what is never kept. */
export const unsigned: HeadSigner = async (heads) => heads.map(() => new Uint8Array(64))

/** A command as a proposal is tried with, before anybody signs. */
export const unsignedCommand: CommandSigner = async (command) => ({ c: command, s: toBase64(new Uint8Array(64)) })
