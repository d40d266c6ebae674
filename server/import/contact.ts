/** The one shape that every source yields, and the rules that all of them keep. */
import { addressKey } from '../../shared/address.ts'
import type { ContactInput } from '../../shared/administration/change.ts'
import { entryLimits } from '../../shared/whitelist/entry.ts'
import { plainLine, readAddress } from '../lists/contact.ts'

/**
 * A contact as a source knows it. A field that is absent is one the source says nothing about: a list keeps its own;
 * an empty one is empty in the source too.
 */
export type ImportedContact = Readonly<ContactInput> & {
  /** What stays the same when everything else changes: entryUUID, JID, vCard UID; the folded address where there is none. */
  readonly externalId: string
  /** Line in the file, where the source is one. */
  readonly line?: number
}

/** Why a row cannot be taken, or what a person should look at; `where` names it in sources that have no lines. */
export type ImportFault = { readonly line?: number; readonly where?: string; readonly why: string }
/** Either every contact of the source, or why not: one bad row, and nothing is taken. */
export type ImportResult =
  | { readonly ok: true; readonly contacts: readonly ImportedContact[]; readonly warnings: readonly ImportFault[] }
  | { readonly ok: false; readonly faults: readonly ImportFault[] }

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
  return { ok: false, faults: [{ ...place, why }] }
}

/** What a source read, before the rules: the address and the name as they were found. */
export type Draft = Omit<ImportedContact, 'externalId'> & { readonly externalId?: string; readonly where?: string }

/** All that a reader found, with what it could not read itself. */
export type Gathered = {
  readonly drafts: readonly Draft[]
  readonly faults?: readonly ImportFault[]
  readonly warnings?: readonly ImportFault[]
}

/** Puts every text into normal form and checks addresses (A2), lengths and duplicates. */
export function gather(gathered: Gathered, unicode: boolean): ImportResult {
  const { drafts, warnings = [] } = gathered
  const faults = [...(gathered.faults ?? [])]
  if (drafts.length > maxImportContacts) return failedImport(`more than ${maxImportContacts} contacts`)
  const contacts: ImportedContact[] = []
  const seen = new Map<string, Draft>()
  for (const draft of drafts) {
    const address = readAddress(draft.address, unicode)
    const contact = address.ok ? normal(draft, address.value.key) : undefined
    const why = !address.ok ? address.why : contact && (faultOf(contact) ?? repeated(seen, draft, address.value.key))
    if (why !== undefined) faults.push({ ...placeOf(draft), why })
    else if (contact) contacts.push(contact)
  }
  // All or nothing: an import that leaves rows out would take people off lists without anybody having said so.
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, maxToldFaults) }
  return { ok: true, contacts, warnings: warnings.slice(0, maxToldFaults) }
}

/** Identity of an address (A3), whether or not the list's policy takes it. */
export function keyOf(address: string): string {
  return addressKey(address.normalize('NFC')) ?? address
}

/** Where a contact stands in its source, as a fault tells it. */
export function placeOf({ line, where }: Pick<Draft, 'line' | 'where'>): Omit<ImportFault, 'why'> {
  return { ...(line === undefined ? {} : { line }), ...(where === undefined ? {} : { where }) }
}

function normal({ where: _where, ...draft }: Draft, key: string): ImportedContact {
  const { nickname, remark, groups } = draft
  return {
    ...draft,
    externalId: draft.externalId ?? key,
    address: draft.address.normalize('NFC'),
    name: plainLine(draft.name),
    ...(nickname === undefined ? {} : { nickname: plainLine(nickname) }),
    ...(remark === undefined ? {} : { remark: plainLine(remark) }),
    ...(groups === undefined ? {} : { groups: groupsOf(groups) }),
  }
}

/** Each group once, in an order of its own: directories and rosters keep none. */
function groupsOf(groups: readonly string[]): string[] {
  return [...new Set(groups.map(plainLine))].filter((group) => group !== '').sort((a, b) => (a < b ? -1 : 1))
}

function faultOf({ externalId, name, nickname = '', remark = '', groups = [] }: ImportedContact): string | undefined {
  if (externalId === '' || externalId.length > maxExternalId) return 'its identifier is empty or too long'
  if (name === '') return 'a contact needs a name'
  if (name.length > entryLimits.n) return `the name is longer than ${entryLimits.n}`
  if (nickname.length > entryLimits.k) return `the nickname is longer than ${entryLimits.k}`
  if (remark.length > entryLimits.r) return `the remark is longer than ${entryLimits.r}`
  if (groups.length > entryLimits.groups) return `more than ${entryLimits.groups} groups`
  if (groups.some((group) => group.length > entryLimits.g)) return `a group's name is longer than ${entryLimits.g}`
  return undefined
}

/** Address and identifier occur once each; both places are named. */
function repeated(seen: Map<string, Draft>, draft: Draft, key: string): string | undefined {
  const identities = [`address ${key}`, ...(draft.externalId === undefined ? [] : [`identifier ${draft.externalId}`])]
  for (const identity of identities) {
    const first = seen.get(identity)
    if (first) return `the ${identity} occurs twice: first ${placeText(first)}`
  }
  for (const identity of identities) seen.set(identity, draft)
  return undefined
}

function placeText({ line, where, name }: Draft): string {
  return line === undefined ? `as ${where ?? JSON.stringify(name)}` : `in line ${line}`
}
