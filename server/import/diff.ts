/** A plan as an administrator reads it before it is carried out, and as another program does. */
import { cleanAddressText, cleanName } from '../../shared/address.ts'
import type { ContactInput } from '../../shared/administration/change.ts'
import { visibleText } from '../../shared/text/hidden.ts'
import type { ImportFault } from './contact.ts'
import type { ImportPlan, PlannedChange } from './reconcile.ts'

/** Characters of a value that are shown. */
const maxShown = 200

/** One line for each contact that would be added, changed or removed, then warnings, then what forbids the change. */
export function diffText(plan: ImportPlan): readonly string[] {
  return [
    ...plan.add.map((contact) => `+ ${person(contact)}`),
    ...plan.change.map((change) => `~ ${person(change.before)}: ${changesText(change)}`),
    ...plan.remove.map((contact) => `- ${person(contact)}`),
    ...plan.warnings.map((warning) => `? ${faultText(warning)}`),
    ...plan.faults.map((fault) => `! ${faultText(fault)}`),
  ]
}

/**
 * The plan for another program: counts, then every contact to add, to change with its changed fields, and to remove.
 */
export function diffJson({ add, change, remove, unchanged, warnings, faults }: ImportPlan) {
  return {
    counts: { add: add.length, change: change.length, remove: remove.length, unchanged: unchanged.length },
    add: add.map(({ line: _line, ...contact }) => contact),
    change: change.map(({ before, changes }) => ({ address: before.address, externalId: before.externalId, changes })),
    remove: remove.map(({ address, name, externalId }) => ({ address, name, externalId })),
    warnings,
    faults,
  }
}

/** A fault with its place, as one line. */
export function faultText({ line, where, why }: ImportFault): string {
  const place = line === undefined ? where : `line ${line}`
  // Names come from elsewhere: one with control characters could write over the very lines that an administrator
  // reads.
  return visibleText(place === undefined ? why : `${place}: ${why}`, 1_000)
}

function person({ name, address }: Readonly<ContactInput>): string {
  return `${cleanName(name)} <${cleanAddressText(address)}>`
}

function changesText({ before, changes }: PlannedChange): string {
  return Object.entries(changes)
    .map(([field, value]) => `${field} ${shown(before[field as keyof ContactInput])} -> ${shown(value)}`)
    .join(', ')
}

function shown(value: unknown): string {
  return visibleText(JSON.stringify(value ?? ''), maxShown)
}
