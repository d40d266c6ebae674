/** What a source's contacts do to the lists: a pure comparison. Contacts of other sources and those added by hand stay. */

import type { ContactChanges } from '../../shared/administration/change.ts'
import { readExpiry } from '../lists/contact.ts'
import {
  type ExistingContact,
  faultOfRow,
  type ImportedContact,
  type ImportFault,
  keyOf,
  type LeftOut,
  maxToldFaults,
  placeOf,
} from './contact.ts'
import { createOwners } from './left-out.ts'
import { lookalikeWarnings } from './lookalikes.ts'
import { identityOf, settle } from './settle.ts'

/** `source` decides what may be touched: contacts of other sources and those added by hand stay. */
export type ReconcileOptions = {
  /** Name of the source whose contacts these are. */
  readonly source: string
  /** Whether the list's policy takes addresses beyond ASCII (guard.md A2). */
  readonly unicode?: boolean
  /** Rows of the source that could not be read: nobody goes whose row one of them may be. */
  readonly left?: readonly LeftOut[]
  /** Largest share of the source's contacts that may go at once, 0 to 1. Losing all of them is always refused. */
  readonly maxShrink?: number
  /** Takes a shrunken result all the same: somebody has looked at it. */
  readonly force?: boolean
}

/** A contact that the source still has, with what it says differently now. */
export type PlannedChange = {
  readonly before: ExistingContact
  readonly after: ImportedContact
  /** Only the fields that differ. */
  readonly changes: ContactChanges
}

/** What a source would do to one list. `wishes.ts` turns it into wishes, `diff.ts` into words. */
export type ImportPlan = {
  readonly add: readonly ImportedContact[]
  readonly change: readonly PlannedChange[]
  readonly remove: readonly ExistingContact[]
  readonly unchanged: readonly ExistingContact[]
  readonly warnings: readonly ImportFault[]
  /** Rows that were read and cannot be taken into this list. */
  readonly left: readonly ImportFault[]
  /** When there are any, nothing is to be changed, and the parts above are empty. */
  readonly faults: readonly ImportFault[]
}

/** A directory that loses half of its people overnight is more likely broken than right. */
const defaultMaxShrink = 0.5

type Mutable = {
  readonly add: ImportedContact[]
  readonly change: PlannedChange[]
  readonly remove: ExistingContact[]
  readonly unchanged: ExistingContact[]
  readonly warnings: ImportFault[]
}

/** Compares a list with a source. One that shrank by more than it may changes nothing: the plan then has only faults. */
export function reconcile(
  existing: readonly ExistingContact[],
  imported: readonly ImportedContact[],
  options: ReconcileOptions,
): ImportPlan {
  const own = existing.filter((contact) => contact.source === options.source)
  const others = new Map(
    existing.filter((contact) => contact.source !== options.source).map((contact) => [keyOf(contact.address), contact]),
  )
  const settled = settle(imported, own, options.unicode === true)
  const plan = compare(own, settled.contacts, others)
  const stay = keepUnread(plan, createOwners([...(options.left ?? []), ...settled.left]))
  // A source that answers with too little is the usual way in which an import goes wrong; nobody would see it in
  // time.
  const now = imported.length + plan.remove.length - stay.remove.length
  const shrunk = shrinkFault(own.length, now, stay.remove.length, options)
  if (shrunk) return refused([shrunk])
  const fresh = [...plan.add, ...plan.change.filter(({ changes }) => changes.address).map(({ after }) => after)]
  const kept = [...stay.unchanged, ...plan.change.filter(({ changes }) => !changes.address).map(({ after }) => after)]
  const alike = lookalikeWarnings(fresh, [...others.values(), ...kept])
  const warnings = [...plan.warnings, ...settled.warnings, ...stay.warnings, ...alike].slice(0, maxToldFaults)
  return { ...plan, ...stay, warnings, left: settled.left.map(faultOfRow), faults: [] }
}

function refused(faults: readonly ImportFault[]): ImportPlan {
  const nothing = { add: [], change: [], remove: [], unchanged: [], warnings: [], left: [] }
  return { ...nothing, faults: faults.slice(0, maxToldFaults) }
}

/** Whose row could not be taken stays as before. */
function keepUnread({ remove, unchanged }: Mutable, ownerOf: (contact: ExistingContact) => LeftOut | undefined) {
  const warnings: ImportFault[] = []
  const going = remove.filter((contact) => {
    const row = ownerOf(contact)
    if (row) warnings.push({ ...placeOf(row), why: `${contact.address} stays as it is: this row may be theirs` })
    return row === undefined
  })
  return { remove: going, unchanged: [...unchanged, ...remove.filter((one) => !going.includes(one))], warnings }
}

function compare(
  own: readonly ExistingContact[],
  imported: readonly ImportedContact[],
  others: ReadonlyMap<string, ExistingContact>,
): Mutable {
  const plan: Mutable = { add: [], change: [], remove: [], unchanged: [], warnings: [] }
  const left = new Map(own.map((contact) => [identityOf(contact), contact]))
  for (const after of imported) {
    const other = others.get(keyOf(after.address))
    if (other) {
      // Not taken from `left`: what the source called by another address until now is not listed by it any more.
      const by = other.source === undefined ? 'by hand' : `by ${other.source}`
      plan.warnings.push({ ...placeOf(after), why: `${after.address} is already listed ${by}: left as it is` })
      continue
    }
    const before = left.get(after.externalId)
    left.delete(after.externalId)
    if (!before) {
      plan.add.push(after)
      continue
    }
    const changes = differences(before, after)
    if (Object.keys(changes).length === 0) plan.unchanged.push(before)
    else plan.change.push({ before, after, changes })
  }
  plan.remove.push(...left.values())
  return plan
}

const comparedFields = ['address', 'name', 'nickname', 'remark', 'scope', 'proof', 'expires', 'direction'] as const

/** Only what the source speaks of: a field that it leaves out stays as it is. */
function differences(before: ExistingContact, after: ImportedContact): ContactChanges {
  const changes: Record<string, unknown> = {}
  for (const field of comparedFields) {
    const value = after[field]
    if (value !== undefined && normal(field, value) !== normal(field, before[field])) changes[field] = value
  }
  const { groups } = after
  if (groups !== undefined && groupText(groups) !== groupText(before.groups ?? [])) changes.groups = groups
  return changes
}

/** Absent and empty, and one moment in two spellings, are the same. */
function normal(field: (typeof comparedFields)[number], value: string | number | undefined): string | number {
  if (field === 'direction') return value ?? 'both'
  if (field !== 'expires') return value ?? ''
  if (value === undefined || value === 'never') return 'never'
  const time = readExpiry(value)
  return time.ok ? (time.value ?? 'never') : value
}

function groupText(groups: readonly string[]): string {
  return JSON.stringify([...new Set(groups)].sort((a, b) => (a < b ? -1 : 1)))
}

function shrinkFault(
  before: number,
  now: number,
  removed: number,
  { maxShrink = defaultMaxShrink, force }: ReconcileOptions,
): ImportFault | undefined {
  if (force || removed === 0) return undefined
  if (now === 0)
    return {
      why: `the source has no contacts where it had ${before}: refused unless forced`,
      code: 'sourceShrunk',
      what: `${before} / ${before}`,
    }
  if (removed <= before * maxShrink) return undefined
  const share = `${Math.round((removed / before) * 100)} %, more than ${Math.round(maxShrink * 100)} %`
  return {
    why: `${removed} of ${before} contacts would go (${share}): refused unless forced`,
    code: 'sourceShrunk',
    what: `${removed} / ${before}`,
  }
}
