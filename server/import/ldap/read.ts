/** Contacts from a directory (RFC 4511): one paged search, mapped by the source's settings. */
import { type Client, type Entry, InvalidCredentialsError, ResultCodeError } from 'ldapts'
import { fromUtf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import { refusal } from '../../ground/refusals.ts'
import {
  type Draft,
  failedImport,
  gather,
  type ImportFault,
  type ImportResult,
  type LeftOut,
  maxImportContacts,
  toldOf,
} from '../contact.ts'
import { connectionFault } from '../network.ts'
import { readCa, readSourcePassword, type Surroundings } from '../places.ts'
import type { LdapSource } from '../source.ts'
import { openDirectory } from './connect.ts'

/**
 * Signs in to the directory and reads its contacts, within the source's time; `surroundings` hold the password and
 * the CA's certificate.
 */
export async function readLdap(source: LdapSource, surroundings: Surroundings): Promise<ImportResult> {
  const ca = await readCa(source.ca, surroundings)
  if (!ca.ok) return failedImport(ca.why)
  // An empty password makes a bind succeed without proof (RFC 4513 section 5.1.2): it is refused before connecting.
  const password = source.bind && (await readSourcePassword(source.bind.password, surroundings))
  if (password && !password.ok) return failedImport(password.why)
  const directory = openDirectory(source, ca.value)
  let late = false
  const timer = setTimeout(() => {
    late = true
    directory.destroy()
  }, source.timeout * 1_000)
  try {
    await directory.secure()
    if (source.bind && password) await directory.client.bind(source.bind.dn, password.value)
    const { entries, warnings } = await searchAll(directory.client, source)
    return gather({ ...draftsOf(entries, source), warnings }, surroundings.unicode)
  } catch (error) {
    return failedImport(late ? `the directory did not answer within ${source.timeout} seconds` : wordsOf(error), {
      where: source.host,
    })
  } finally {
    clearTimeout(timer)
    directory.destroy()
  }
}

type Found = { readonly entries: readonly Entry[]; readonly warnings: readonly ImportFault[] }

async function searchAll(client: Client, source: LdapSource): Promise<Found> {
  const { id, mail, name, nickname, remark, groups } = source.attributes
  const attributes = [...new Set([id, mail, ...name, ...nickname, ...remark, ...groups])]
  const entries: Entry[] = []
  let references = 0
  const pages = client.searchPaginated(source.base, {
    scope: 'sub',
    filter: source.filter,
    attributes,
    explicitBufferAttributes: [id, ...binaryIds],
    paged: { pageSize: source.pageSize },
  })
  for await (const page of pages) {
    for (const entry of page.searchEntries) entries.push(entry)
    references += page.searchReferences.length
    if (entries.length > maxImportContacts) throw new Error(`more than ${maxImportContacts} entries`)
  }
  // Followed, a reference would take the password to a server that nobody configured.
  const why = `${references} references to other directories were not followed`
  return { entries, warnings: references === 0 ? [] : [{ where: source.host, why }] }
}

function draftsOf(entries: readonly Entry[], source: LdapSource) {
  const drafts: Draft[] = []
  const left: LeftOut[] = []
  for (const entry of entries) {
    const draft = draftOf(entry, source)
    if (draft.externalId !== undefined) drafts.push(draft)
    else left.push({ where: entry.dn, ...toldOf(refusal('rowIdentity')), texts: [...draft.addresses, draft.name] })
  }
  return { drafts, left }
}

function draftOf(entry: Entry, { attributes }: LdapSource): Draft {
  const values = valuesOf(entry)
  const first = (names: readonly string[]) => names.flatMap((name) => texts(values.get(name.toLowerCase())))[0]
  const id = idOf(values.get(attributes.id.toLowerCase())?.[0], attributes.id)
  return {
    ...(id === undefined ? {} : { externalId: id }),
    // A set has no order; whoever is listed stays so by the address that the list has.
    addresses: texts(values.get(attributes.mail.toLowerCase())),
    name: first(attributes.name) ?? '',
    ...(attributes.nickname.length === 0 ? {} : { nickname: first(attributes.nickname) ?? '' }),
    ...(attributes.remark.length === 0 ? {} : { remark: first(attributes.remark) ?? '' }),
    ...(attributes.groups.length === 0
      ? {}
      : { groups: attributes.groups.flatMap((name) => texts(values.get(name.toLowerCase()))) }),
    where: entry.dn,
  }
}

type Value = string | Uint8Array

/** By lower-case name: servers answer in a spelling of their own. */
function valuesOf(entry: Entry): ReadonlyMap<string, readonly Value[]> {
  const all = Object.entries(entry).filter(([name]) => name !== 'dn')
  return new Map(all.map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : [value]]))
}

/** Values that are text, without the empty ones. */
function texts(values: readonly Value[] | undefined): string[] {
  return (values ?? []).filter((value) => typeof value === 'string' && value.trim() !== '').map(String)
}

/** Identifiers that are bytes, in the spelling in which servers answer. */
const binaryIds = ['objectGUID', 'objectSid', 'GUID']

/** entryUUID is text; objectGUID, and whatever is no text, as hex. */
function idOf(value: Value | undefined, attribute: string): string | undefined {
  if (value === undefined || value.length === 0) return undefined
  const bytes = Buffer.from(value)
  const isBinary = binaryIds.some((name) => name.toLowerCase() === attribute.toLowerCase())
  return (isBinary ? undefined : fromUtf8(bytes)) ?? bytes.toString('hex')
}

/** Every error of ldapts and of the connection, in words; none repeats what was sent. */
function wordsOf(error: unknown): string {
  if (error instanceof InvalidCredentialsError) return 'the directory refuses the name or the password'
  if (error instanceof ResultCodeError) return `the directory refuses the search: ${error.name}`
  const connection = connectionFault(error)
  if (connection !== undefined) return connection
  return `the directory cannot be read: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`
}
