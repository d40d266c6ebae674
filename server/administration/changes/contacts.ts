/** Changes of one user's own entries. */

import type { ChangeOf, ContactChanges, ContactInput } from '../../../shared/administration/change.ts'
import { type Refusal, refusal } from '../../ground/refusals.ts'
import { entryFromText } from '../../lists/changes.ts'
import { contactOfEntryRow, normaliseChanges, readAddress } from '../../lists/contact.ts'
import { policyFrom } from '../../organisation/organisation.ts'
import type { Applied, Handler, Work } from '../work.ts'

/** Adds an entry, as somebody typed it or as a source has it. */
export const addContact: Handler<ChangeOf<'contact.add'>> = async (work, { user, contact, from }, index) => {
  const fault = await faultOfDomain(work, contact.address)
  if (fault) return fault
  work.wishes.push({ user, index, wish: { op: 'add', contact, ...(from ? { from } : {}) } })
  const { address } = contact
  return {
    ok: true,
    target: `${user} ${address}`,
    after: normaliseChanges(contact),
    undo: [{ op: 'contact.remove', user, address }],
  }
}

/** Changes fields of an entry, its address among them. */
export const setContact: Handler<ChangeOf<'contact.set'>> = async (work, { user, address, changes }, index) => {
  const fault = changes.address === undefined ? undefined : await faultOfDomain(work, changes.address)
  if (fault) return fault
  const old = await contactAt(work, user, address)
  work.wishes.push({ user, index, wish: { op: 'set', address, changes } })
  // Another scope or address may have brought a proof of its own.
  const proof = changes.scope === undefined && changes.address === undefined ? {} : { proof: old?.contact.proof ?? '' }
  const before = old && { ...clearFields(changes), ...pick(old.contact, changes), ...proof }
  const undo = before
    ? [{ op: 'contact.set' as const, user, address: changes.address ?? address, changes: before }]
    : []
  return { ok: true, target: `${user} ${address}`, before, after: normaliseChanges(changes), undo }
}

/** Removes an entry; taken back, it comes with the source that it had. */
export const removeContact: Handler<ChangeOf<'contact.remove'>> = async (work, { user, address }, index) => {
  const old = await contactAt(work, user, address)
  work.wishes.push({ user, index, wish: { op: 'remove', address } })
  if (!old) return { ok: true, target: `${user} ${address}`, undo: [] }
  const { contact, from } = old
  const undo = [{ op: 'contact.add' as const, user, contact, ...(from.source === '' ? {} : { from }) }]
  return { ok: true, target: `${user} ${address}`, before: contact, undo } satisfies Applied
}

/** Whole domains are listed only where the organisation says so. */
async function faultOfDomain({ inside }: Work, address: string): Promise<Refusal | undefined> {
  if (!address.startsWith('@') || policyFrom(await inside.organisation.policy()).domains) return undefined
  return refusal('wholeDomain', address)
}

type OldContact = {
  readonly contact: ContactInput
  readonly from: { readonly source: string; readonly external: string }
}

/** As the earlier changes of the same batch leave it: they are written only at its end. */
async function contactAt(work: Work, user: string, address: string): Promise<OldContact | undefined> {
  const keyOf = (text: string) => {
    const parsed = readAddress(text, work.config.policy.unicode)
    return parsed.ok ? parsed.value.key : text
  }
  let key = keyOf(address)
  let later: ContactChanges = {}
  for (const { user: login, wish } of work.wishes.toReversed()) {
    if (login !== user) continue
    if (wish.op === 'add') {
      if (keyOf(wish.contact.address) !== key) continue
      return { contact: merged(wish.contact, later), from: wish.from ?? byHand }
    }
    const at = keyOf(wish.address)
    const changes = wish.op === 'set' ? wish.changes : undefined
    // Where the entry was before this change, and after it.
    const after = changes && keyOf(changes.address ?? wish.address)
    // Read backwards: what came later goes before, and the search goes on at the address from before this change.
    if (after === key) {
      later = { ...changes, ...later }
      key = at
    } else if (at === key) return undefined
  }
  const old = await storedContact(work, user, key)
  return old && { ...old, contact: merged(old.contact, later) }
}

function merged(
  contact: ContactInput,
  { address = contact.address, name = contact.name, ...rest }: ContactChanges,
): ContactInput {
  return { ...contact, ...rest, address, name }
}

const byHand = { source: '', external: '' }

async function storedContact({ inside }: Work, user: string, key: string): Promise<OldContact | undefined> {
  const list = await inside.lists.ofUser(user)
  const [row] = list ? await inside.lists.entriesByKeys(list.id, [key]) : []
  return (
    row && { contact: contactOfEntryRow(entryFromText(row.json)), from: { source: row.source, external: row.external } }
  )
}

/** What a field was where it was nothing. */
function clearFields(changes: ChangeOf<'contact.set'>['changes']): ChangeOf<'contact.set'>['changes'] {
  return {
    ...(changes.nickname === undefined ? {} : { nickname: '' }),
    ...(changes.remark === undefined ? {} : { remark: '' }),
    ...(changes.groups === undefined ? {} : { groups: [] }),
    ...(changes.proof === undefined ? {} : { proof: '' }),
    ...(changes.expires === undefined ? {} : { expires: 'never' }),
    ...(changes.direction === undefined ? {} : { direction: 'both' as const }),
  }
}

function pick(contact: ContactInput, changes: object): Partial<ContactInput> {
  return Object.fromEntries(Object.entries(contact).filter(([name]) => name in changes))
}
