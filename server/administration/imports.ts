/** Sources of contacts that the organisation has set up, and what running one does to the lists. */
import { z } from 'zod'
import { type Change, isUnit } from '../../shared/administration/change.ts'
import { type Checked, ok } from '../../shared/failures.ts'
import type { Done } from '../ground/refusals.ts'
import { type ExistingContact, faultOfRow, type ImportFault, type SourceContents, toldOf } from '../import/contact.ts'
import { readSource } from '../import/read-source.ts'
import { type ImportPlan, reconcile } from '../import/reconcile.ts'
import { importSourceSchema } from '../import/source.ts'
import { wishesOf } from '../import/wishes.ts'
import { entryFromText } from '../lists/changes.ts'
import { contactOfEntryRow } from '../lists/contact.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import { isIn } from '../organisation/units.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow } from '../store/tables.ts'
import type { Administration } from './administer.ts'
import type { Note } from './audit.ts'
import { forgetImportState } from './import-states.ts'
import type { RunOptions } from './run-changes.ts'
import type { Submitted } from './submit.ts'

const storedSchema = z.strictObject({
  source: importSourceSchema,
  /** Whose lists its contacts go to. */
  for: z.string().refine(isUnit),
})
/** A source and whose lists it goes to, as the administrator set it up. */
export type StoredImport = z.infer<typeof storedSchema>

/** They stand as one JSON text in the store, so that every server on it follows the same ones. */
const settingName = 'imports'

/** The sources as they are stored. */
export async function listImports(store: Store): Promise<readonly StoredImport[]> {
  const text = await store.journal.setting(settingName)
  return text === undefined ? [] : storedSchema.array().parse(JSON.parse(text))
}

type Noted = { readonly store: Store; readonly note: Note }

/** One of the same name is replaced. */
export function addImport({ store, note }: Noted, wanted: StoredImport, why = ''): Promise<void> {
  return store.transaction(async (inside) => {
    const { name } = wanted.source
    const others = (await listImports(inside)).filter(({ source }) => source.name !== name)
    await inside.journal.setSetting(settingName, JSON.stringify([...others, wanted]))
    await note(inside, { op: 'import.add', target: name, why, after: JSON.stringify(wanted) })
  })
}

/** The contacts that it brought stay. */
export function removeImport({ store, note }: Noted, name: string, why = ''): Promise<Done> {
  return store.transaction((inside) => forget({ store: inside, note }, name, why))
}

async function forget({ store, note }: Noted, name: string, why: string): Promise<Done> {
  const all = await listImports(store)
  const left = all.filter(({ source }) => source.name !== name)
  if (left.length === all.length) return unknownImport(name)
  await store.journal.setSetting(settingName, JSON.stringify(left))
  await forgetImportState(store, name)
  await note(store, { op: 'import.remove', target: name, why })
  return { ok: true, value: undefined }
}

/** Its contacts leave every list, all or none, and the source is forgotten: at once, or it would bring back what goes. */
export async function removeImported(
  host: Pick<Administration, 'store' | 'note' | 'run'>,
  name: string,
  options: NonNullable<Parameters<Administration['run']>[1]> = {},
): Promise<Submitted> {
  const { store, note, run } = host
  const { also, why = '' } = options
  if (!(await listImports(store)).some(({ source }) => source.name === name))
    return { ok: false, faults: [{ index: 0, ...unknownImport(name) }] }
  const changes = await store.snapshot((inside) => removalsOf(inside, name))
  const submitted = await run(changes, {
    ...options,
    via: `import:${name}`,
    also: async (inside, ran) => {
      await forget({ store: inside, note }, name, why)
      await also?.(inside, ran)
    },
  })
  // The removals wait for approval or signature; meanwhile the source must not bring anything new.
  if (submitted.ok && 'pending' in submitted) await removeImport(host, name, why)
  return submitted
}

async function removalsOf(inside: Store, name: string): Promise<readonly Change[]> {
  const changes: Change[] = []
  for (const { id: user } of await inside.users.all()) {
    const list = await inside.lists.ofUser(user)
    for (const { json, source } of list ? await inside.lists.entries(list.id) : [])
      if (source === name) changes.push({ op: 'contact.remove', user, address: entryFromText(json).m })
  }
  return changes
}

function unknownImport(name: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why: `there is no import ${JSON.stringify(name)}` }
}

/** What one user's list gets from a source. */
export type UserPlan = { readonly user: string; readonly plan: ImportPlan }
/** What carrying an import out came to; `refused`: what a list itself did not take. */
type Carried = Submitted & { readonly refused?: readonly ImportFault[] }

/** A source that was read and compared; nothing is changed before `carry`. */
export type PlannedImport = {
  readonly plans: readonly UserPlan[]
  readonly warnings: readonly ImportFault[]
  /** Rows that are left out. */
  readonly left: readonly ImportFault[]
  readonly changes: readonly Change[]
  /** Has the changes made, but for those that a list refuses. */
  readonly carry: (options: RunOptions & { readonly why?: string }) => Promise<Carried>
  /** Only the removals, which nobody has to approve. */
  readonly remove: (options: RunOptions & { readonly why?: string }) => Promise<Submitted>
  readonly removals: readonly Change[]
}
/** That, or why nothing is taken of the source. */
type ImportRun = Checked<PlannedImport, readonly ImportFault[]>

/** Whoever runs imports: the command line, and the process that holds the policy key. */
export type ImportHost = Pick<Administration, 'store' | 'folder' | 'config' | 'clock' | 'run'>

type ImportOptions = {
  /** Takes a shrunken source all the same: somebody has looked at it. */
  readonly force?: boolean
}

/** Reads the source and says what it would change. */
export async function planImport(
  host: ImportHost,
  stored: StoredImport,
  options: ImportOptions = {},
): Promise<ImportRun> {
  const { folder, config } = host
  const read = await readSource(stored.source, {
    folder: folder.path,
    env: process.env,
    unicode: config.policy.unicode,
  })
  return read.ok ? planRead(host, stored, read.value, options) : read
}

/** The same with what was read already. */
export async function planRead(
  { store, config, run }: ImportHost,
  { source, for: unit }: StoredImport,
  read: SourceContents,
  { force = false }: ImportOptions = {},
): Promise<ImportRun> {
  const { unicode } = config.policy
  const { name, maxShrink, strict } = source
  const plans: UserPlan[] = []
  for (const [user, existing] of await listsOf(store, unit)) {
    const options = { source: name, unicode, maxShrink, force, left: read.left ?? [] }
    const plan = reconcile(existing, read.contacts, options)
    // A shrunken source is a fault of the source, not of a row: for the other lists it is no better.
    if (plan.faults.length > 0) return { ok: false, fault: plan.faults.map((fault) => ({ where: user, ...fault })) }
    plans.push({ user, plan })
  }
  if (plans.length === 0) return { ok: false, fault: [{ why: `nobody is in ${unit}` }] }
  const left = eachOnce([...(read.left ?? []).map(faultOfRow), ...plans.flatMap(({ plan }) => plan.left)])
  if (strict && left.length > 0) return { ok: false, fault: left }
  const changes = plans.flatMap((one) => changesOf(one, name))
  const removals = plans.flatMap(({ user, plan }) =>
    plan.remove.map(({ address }): Change => ({ op: 'contact.remove', user, address })),
  )
  const via = `import:${name}`
  return ok({
    plans,
    warnings: read.warnings,
    left,
    changes,
    removals,
    remove: (options) => run(removals, { ...options, via }),
    carry: (options) =>
      strict ? run(changes, { ...options, via }) : carryGood((some) => run(some, { ...options, via }), changes, plans),
  })
}

/** The same row is left out of everybody's list for the same reason. */
function eachOnce(faults: readonly ImportFault[]): readonly ImportFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()]
}

/** What a list says of one contact; anything else is said of the whole. */
const ofOneContact: ReadonlySet<string> = new Set([
  'address',
  'alreadyListed',
  'notListed',
  'proof',
  'ownProof',
  'domainsOff',
  'wholeDomain',
])
/** Each time something less is asked for; a move in a chain of addresses may only show the next. */
const maxTries = 20

/** Without what the lists refuse: one contact that no list may have must not keep the others, and whoever left, as they are. */
async function carryGood(
  run: (changes: readonly Change[]) => Promise<Submitted>,
  wanted: readonly Change[],
  plans: readonly UserPlan[],
): Promise<Carried> {
  const fresh = new Set(plans.flatMap(({ user, plan }) => plan.add.map(({ externalId }) => `${user} ${externalId}`)))
  const refused: ImportFault[] = []
  let changes = wanted
  for (let tries = 1; ; tries += 1) {
    const done = await run(changes)
    if (done.ok) return refused.length === 0 ? done : { ...done, refused }
    const bad = new Map(done.faults.map((fault) => [fault.index, fault]))
    const isTheirs = done.faults.every(({ index, code = '' }) => {
      const change = changes[index]
      // Somebody who was taken out to be put in again at another address is not new: without the one the other must not be.
      const isNew = change?.op !== 'contact.add' || fresh.has(`${change.user} ${change.from?.external}`)
      return ofOneContact.has(code) && isNew
    })
    if (!isTheirs || tries === maxTries) return done
    refused.push(...done.faults.map((fault) => ({ where: placeOfChange(changes[fault.index]), ...toldOf(fault) })))
    changes = changes.filter((_, index) => !bad.has(index))
  }
}

function placeOfChange(change: Change | undefined): string {
  if (change?.op === 'contact.add') return `${change.contact.address} for ${change.user}`
  return change && 'address' in change && 'user' in change ? `${change.address} for ${change.user}` : ''
}

/** The present entries of everybody in the unit who may sign in. */
function listsOf(store: Store, unit: string): Promise<ReadonlyMap<string, readonly ExistingContact[]>> {
  return store.snapshot(async (inside) => {
    const lists = new Map<string, readonly ExistingContact[]>()
    for (const person of (await loadOrganisation(inside)).people.values()) {
      if (!person.isActive || !isIn(person, unit)) continue
      const list = await inside.lists.ofUser(person.user)
      if (list) lists.set(person.user, (await inside.lists.entries(list.id)).map(existingOf))
    }
    return lists
  })
}

function existingOf({ json, source, external }: EntryRow): ExistingContact {
  const contact = contactOfEntryRow(entryFromText(json))
  return source === '' ? contact : { ...contact, source, externalId: external }
}

function changesOf({ user, plan }: UserPlan, source: string): readonly Change[] {
  return wishesOf(plan, source).map((wish): Change => {
    if (wish.op === 'add') {
      const { contact, from } = wish
      return { op: 'contact.add', user, contact, ...(from ? { from } : {}) }
    }
    if (wish.op === 'set') return { op: 'contact.set', user, address: wish.address, changes: wish.changes }
    return { op: 'contact.remove', user, address: wish.address }
  })
}
