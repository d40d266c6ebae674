/** The one shape that every source yields, and the rules that all of them keep. */
import { type Address, addressKey } from '../../shared/address.ts'
import type { ContactInput } from '../../shared/administration/change.ts'
import { type Checked, ok } from '../../shared/failures.ts'
import type { ChangeFaultCode } from '../../shared/fault-codes.ts'
import { type Refusal, refusal } from '../ground/refusals.ts'
import { entryOf, plainLine, readAddress } from '../lists/contact.ts'

/**
 * A contact as a source knows it. A field that is absent is one the source says nothing about: a list keeps its own;
 * an empty one is empty in the source too.
 */
export type ImportedContact = Readonly<ContactInput> & {
  /** What stays the same when everything else changes: entryUUID, JID, vCard UID; the folded address where there is none. */
  readonly externalId: string
  /** Line in the file, where the source is one. */
  readonly line?: number
  /** Further addresses that the source has for the person. */
  readonly others?: readonly string[]
  /** Whether one more of the person's addresses could not be read. */
  readonly hasUnread?: boolean
}

/** A contact that is listed already. Without `source` it was added by hand. */
export type ExistingContact = Readonly<ContactInput> & { readonly source?: string; readonly externalId?: string }

/** Why a row cannot be taken, or what a person should look at; `where` names it in sources that have no lines. */
export type ImportFault = {
  readonly line?: number
  readonly where?: string
  readonly why: string
  /** For faces with words of their own, as in a refusal. */
  readonly code?: ChangeFaultCode
  readonly what?: string
}

/**
 * A row that is not taken, with what says whose it may be: nobody is taken off a list whose row only could not be read.
 * Neither `identity` nor `texts`: it may be anybody's.
 */
export type LeftOut = ImportFault & {
  /** An `externalId`. */
  readonly identity?: string
  /** Addresses and names as they stand there. */
  readonly texts?: readonly string[]
}

/** What could be read of a source, and the rows that could not. */
export type SourceContents = {
  readonly contacts: readonly ImportedContact[]
  /** Absent: every row could be read. */
  readonly left?: readonly LeftOut[]
  readonly warnings: readonly ImportFault[]
}
/** That, or why nothing could be read. */
export type ImportResult = Checked<SourceContents, readonly ImportFault[]>

/** Bytes of a file or of a roster. */
export const maxImportBytes = 16 * 1024 * 1024
/** Contacts of one source. */
export const maxImportContacts = 100_000
/** Faults and warnings that are told; the first ones are enough to see what is wrong. */
export const maxToldFaults = 100
/** Characters of an identifier that a source gives. */
const maxExternalId = 1_000

/** A source of which nothing is taken, and where in it the reason lies. */
export function failedImport(why: string, place: Omit<ImportFault, 'why'> = {}): ImportResult {
  return { ok: false, fault: [{ ...place, ...toldOf(refusal('sourceUnread', why, why)) }] }
}

/** What a source read, before the rules: addresses and the name as they were found, the preferred address first. */
export type Draft = Omit<ImportedContact, 'externalId' | 'address' | 'others' | 'hasUnread'> & {
  readonly externalId?: string
  readonly where?: string
  readonly addresses: readonly string[]
}

/** All that a reader found, with what it could not read itself. */
export type Gathered = {
  readonly drafts: readonly Draft[]
  readonly left?: readonly LeftOut[]
  readonly warnings?: readonly ImportFault[]
}

/** Puts every text into normal form, and leaves out what breaks a rule: addresses (A2), lengths, times. */
export function gather(gathered: Gathered, unicode: boolean): ImportResult {
  const { drafts } = gathered
  const left = [...(gathered.left ?? [])]
  const warnings = [...(gathered.warnings ?? [])]
  if (drafts.length > maxImportContacts) return failedImport(`more than ${maxImportContacts} contacts`)
  const contacts: ImportedContact[] = []
  for (const draft of drafts) {
    const read = draft.addresses.map((text) => readAddress(tidyAddress(text), unicode))
    const [first, ...others] = read.flatMap((one) => (one.ok ? [one.value] : []))
    const unread = read.flatMap((one) => (one.ok ? [] : [one]))
    const contact = first ? normal(draft, first, others) : undefined
    const fault = contact ? faultOf(contact) : (unread[0] ?? refusal('rowAddress'))
    if (fault) left.push({ ...placeOf(draft), ...toldOf(fault), ...ownerOf(draft, contact) })
    else if (contact) {
      contacts.push(unread.length === 0 ? contact : { ...contact, hasUnread: true })
      for (const one of unread) warnings.push({ ...placeOf(draft), ...toldOf(one) })
    }
  }
  return ok({ contacts, left, warnings: warnings.slice(0, maxToldFaults) })
}

/** What is told of a row that is left out. */
export function faultOfRow({ identity: _identity, texts: _texts, ...fault }: LeftOut): ImportFault {
  return fault
}

/** Why, in words and for faces with words of their own. */
export function toldOf({ why, code, what }: Omit<Refusal, 'ok'>): Pick<ImportFault, 'why' | 'code' | 'what'> {
  return { why, ...(code === undefined ? {} : { code }), ...(what === undefined ? {} : { what }) }
}

/** What was copied out of a page or a sheet has blanks around it that nobody sees. */
function tidyAddress(text: string): string {
  return text.replace(/^[\s\u200b\u200e\u200f\u2060\ufeff]+|[\s\u200b\u200e\u200f\u2060\ufeff]+$/gu, '')
}

function ownerOf(
  { externalId, addresses, name }: Draft,
  contact?: ImportedContact,
): Pick<LeftOut, 'identity' | 'texts'> {
  const identity = externalId ?? contact?.externalId
  const texts = [...addresses, name]
  return identity === undefined || identity === '' ? { texts } : { identity, texts }
}

/** Identity of an address (A3), whether or not the list's policy takes it. */
export function keyOf(address: string): string {
  return addressKey(address.normalize('NFC')) ?? address
}

/** Where a contact stands in its source, as a fault tells it. */
export function placeOf({ line, where }: Pick<Draft, 'line' | 'where'>): Omit<ImportFault, 'why'> {
  return { ...(line === undefined ? {} : { line }), ...(where === undefined ? {} : { where }) }
}

function normal(
  { where: _where, addresses: _addresses, ...draft }: Draft,
  { text, key }: Address,
  rest: readonly Address[],
): ImportedContact {
  const { nickname, remark, groups } = draft
  const others = rest.filter((one, at) => one.key !== key && rest.findIndex((same) => same.key === one.key) === at)
  return {
    ...draft,
    externalId: draft.externalId ?? key,
    address: text,
    name: plainLine(draft.name),
    ...(nickname === undefined ? {} : { nickname: plainLine(nickname) }),
    ...(remark === undefined ? {} : { remark: plainLine(remark) }),
    ...(groups === undefined ? {} : { groups: groupsOf(groups) }),
    ...(others.length === 0 ? {} : { others: others.map((one) => one.text) }),
  }
}

/** Each group once, in an order of its own: directories and rosters keep none. */
function groupsOf(groups: readonly string[]): string[] {
  return [...new Set(groups.map(plainLine))].filter((group) => group !== '').sort((a, b) => (a < b ? -1 : 1))
}

/** By the very rules that the list has: whatever it would refuse must not be asked of it. */
function faultOf(contact: ImportedContact): Refusal | undefined {
  const { externalId, line: _line, others: _others, hasUnread: _unread, ...input } = contact
  if (externalId === '' || externalId.length > maxExternalId) return refusal('rowIdentity')
  const facts = { scope: 'external', hasAccount: false, isOwn: false } as const
  const entry = entryOf({ id: 'x', rev: 1 }, input, facts)
  return entry.ok ? undefined : entry
}
