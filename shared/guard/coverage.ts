/** What of a message its proof covers: a field that somebody else could have put there decides nothing (I2). */
import { asciiDomain, foldAscii, parseAddress } from '../address.ts'
import type { RawMessage } from '../header.ts'
import type { ListedContact } from './facts.ts'

/** Whether the proof fixes the field of that lower-case name, or its absence. */
export type Covers = (field: string) => boolean

/** For what nobody signed in part: an own message, or one whose parts nobody tells apart. */
export const coversAll: Covers = () => true

/**
 * What the proof of a message admitted as from this contact covers. A login, a key and the gateway's word about either
 * cover all. A DKIM signature covers what its `h=` names, also where the gateway verified it: the gateway signs what
 * arrived, and whoever sends a signed message on may have changed the rest. Of several signatures by the domain only
 * what all name counts: which of them is good is not asked here, and a false one covers the less.
 */
export function coverageOf(
  { fields }: Pick<RawMessage, 'fields'>,
  contact: Pick<ListedContact, 'key' | 'level'>,
): Covers {
  const domain = signerOf(contact)
  if (domain === undefined) return coversAll
  const signatures = fields.filter(({ name }) => name === 'dkim-signature').map(({ value }) => tagsOf(value))
  const own = signatures.filter((tags) => !isOfAnother(tags, domain)).map(namesIn)
  return (field) => own.length > 0 && own.every((names) => names.has(field))
}

function signerOf({ key, level }: Pick<ListedContact, 'key' | 'level'>): string | undefined {
  if (level.startsWith('dkim:')) return foldAscii(level.slice('dkim:'.length))
  if (level !== 'dmarc') return undefined
  const address = parseAddress(key, { unicode: true })
  return address.ok ? asciiDomain(address.value) : ''
}

type Tags = { readonly domains: readonly string[]; readonly lists: readonly string[] }

function tagsOf(value: string): Tags {
  const tags = value.split(';').map((tag) => tag.replace(/[ \t]+/g, ''))
  const all = (name: string) =>
    tags.filter((tag) => tag.startsWith(name)).map((tag) => foldAscii(tag.slice(name.length)))
  return { domains: all('d='), lists: all('h=') }
}

/** Only where that is beyond doubt: a domain in a spelling that the verifier may read otherwise is not another's. */
function isOfAnother({ domains: [only = '', ...more] }: Tags, domain: string): boolean {
  return more.length === 0 && /^[a-z0-9.-]+$/.test(only) && !only.includes('xn--') && only !== domain
}

function namesIn({ domains, lists: [only, ...more] }: Tags): ReadonlySet<string> {
  return new Set(only === undefined || more.length > 0 || domains.length !== 1 ? [] : only.split(':'))
}
