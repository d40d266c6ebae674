/** The one address parser of the project (guard.md A1 to A4). Strict: what is doubtful is refused, never repaired. */
import type { Checked } from './failures.ts'
import { bidiPattern, controlPattern, invisiblePattern, nonAsciiDotPattern, visibleText } from './text/hidden.ts'
import { domainToAscii, isSettledDomain } from './text/idna.ts'

/** A parsed address. */
export type Address = {
  /** As written. */
  readonly text: string
  /** The local part as written. */
  readonly local: string
  /** The domain, ASCII-folded. */
  readonly domain: string
  /** Identity (A3): ASCII-folded `local@domain`. */
  readonly key: string
}

/** Why a text is not an address that we accept (A2). */
export type AddressFault =
  | 'empty'
  | 'tooLong'
  | 'quoted'
  | 'comment'
  | 'route'
  | 'group'
  | 'literal'
  | 'trailingDot'
  | 'routing'
  | 'control'
  | 'bidi'
  | 'invisible'
  | 'nonAsciiDot'
  | 'nonAscii'
  | 'notNormal'
  | 'syntax'

/** `unicode`: the list's policy allows addresses beyond ASCII (RFC 6531). Without it they are refused. */
export type AddressOptions = { readonly unicode?: boolean }

/** Most octets of an address (RFC 5321 section 4.5.3.1.3, less the angle brackets). */
const maxAddressLength = 254
/** Most octets of a local part (RFC 5321 section 4.5.3.1.1). */
const maxLocalLength = 64
/** Most octets of a domain in A-labels (RFC 1035 section 2.3.4, as text). */
const maxDomainLength = 253
/** Most characters of a name on screen (A4). */
const maxNameLength = 100

/** RFC 5322 section 3.2.3 atext without `!` and `%`, which route (A2). */
const asciiAtom = /^[A-Za-z0-9#$&'*+/=?^_`{|}~-]+$/
const unicodeAtom = /^[A-Za-z0-9#$&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+$/u
/** The usual address: nothing in it that `faultOfCharacters` would find. */
const plainCharacters = /^[A-Za-z0-9#$&'*+/=?^_`{|}~.@-]{1,254}$/
/** RFC 1035 section 2.3.1 label as relaxed by RFC 1123 section 2.1: letters, digits, inner hyphens. */
const asciiLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const unicodeLabel = /^[A-Za-z0-9\u0080-\u{10ffff}](?:[A-Za-z0-9\u0080-\u{10ffff}-]*[A-Za-z0-9\u0080-\u{10ffff}])?$/u
const domainsInText = /@([^\s<>@,;:()"\\]+)/g
const nonAscii = /[^\0-\x7f]/
/** Private use, unassigned, noncharacters, and the replacement character that stands for bytes nobody could read. */
const unusable = /[\p{Co}\p{Cn}\ufffc\ufffd]/u

/** Reads exactly one bare address (A2). No trimming, no repair; never throws (F1). */
export function parseAddress(text: string, options: AddressOptions = {}): Checked<Address, AddressFault> {
  const fault = faultOfCharacters(text, options.unicode === true)
  if (fault !== undefined) return { ok: false, fault }
  // Exactly one: with two, programs differ about which one parts local part and domain.
  const at = text.indexOf('@')
  if (at < 1 || at !== text.lastIndexOf('@')) return { ok: false, fault: 'syntax' }
  const local = text.slice(0, at)
  // Folded before it is checked: IDNA maps capitals, and the round trip has to change nothing.
  const domain = foldAscii(text.slice(at + 1))
  const partFault = faultOfLocal(local) ?? faultOfDomain(domain)
  if (partFault !== undefined) return { ok: false, fault: partFault }
  // The local part is folded too (A3): two contacts who differ in capitals alone would be a trap.
  return { ok: true, value: { text, local, domain, key: `${foldAscii(local)}@${domain}` } }
}

/** Who an address is (A3), in whatever spelling; `undefined` for text that is no address by any list's policy. */
export function addressKey(text: string): string | undefined {
  const parsed = parseAddress(text, { unicode: true })
  return parsed.ok ? parsed.value.key : undefined
}

/** The same for text that may be no address: that stands for itself, ASCII-folded, and is the key of no address. */
export function addressIdentity(text: string): string {
  return addressKey(text) ?? foldAscii(text)
}

/** Lower-cases A to Z and nothing else (A3). */
export function foldAscii(text: string): string {
  return nonAscii.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase()
}

/** A name as it may be shown (A4): one line without controls, bidi and zero-width characters, at most 100 characters. */
export function cleanName(text: string): string {
  return visibleText(text, maxNameLength)
}

/**
 * Text that a message gives for an address, as it may be shown where it did not parse: an address that did parse comes
 * out unchanged. At most 320 characters (RFC 3696 erratum 1690: what a form may hold).
 */
export function cleanAddressText(text: string): string {
  return visibleText(text, 320)
}

/**
 * An address, or text with addresses in it, as it is shown where no entry of the list wrote it so (A4): domains in
 * A-labels, since letters of two scripts may look alike. Never to be compared or written to.
 */
export function shownAddress(text: string): string {
  return nonAscii.test(text) ? text.replace(domainsInText, inALabels) : text
}

function inALabels(_whole: string, domain: string): string {
  return `@${domainToAscii(foldAscii(domain)) ?? domain}`
}

/** The address's domain as the DNS and DKIM know it: in A-labels. */
export function asciiDomain(address: Address): string {
  return nonAscii.test(address.domain) ? (domainToAscii(address.domain) ?? address.domain) : address.domain
}

/** Faults that a single character shows, most specific first. */
function faultOfCharacters(text: string, unicode: boolean): AddressFault | undefined {
  if (plainCharacters.test(text) && !text.startsWith('@') && !text.endsWith('.')) return undefined
  if (text.length === 0) return 'empty'
  if (text.length > maxAddressLength) return 'tooLong'
  if (nonAscii.test(text)) {
    const fault = faultOfUnicode(text, unicode)
    if (fault !== undefined) return fault
  }
  if (/\p{Cc}/u.test(text)) return 'control'
  if (/["\\]/.test(text)) return 'quoted'
  if (/[()]/.test(text)) return 'comment'
  if (/^<?@/.test(text)) return 'route'
  if (/[[\]]/.test(text)) return 'literal'
  if (/[:;]/.test(text)) return 'group'
  if (/[%!]/.test(text)) return 'routing'
  return text.endsWith('.') ? 'trailingDot' : undefined
}

function faultOfUnicode(text: string, unicode: boolean): AddressFault | undefined {
  if (bidiPattern.test(text)) return 'bidi'
  if (controlPattern.test(text)) return 'control'
  if (invisiblePattern.test(text)) return 'invisible'
  if (nonAsciiDotPattern.test(text)) return 'nonAsciiDot'
  if (!unicode) return 'nonAscii'
  if (unusable.test(text)) return 'syntax'
  if (octets(text) > maxAddressLength) return 'tooLong'
  // NFKC is stricter than A2's NFC: full-width letters, ligatures and circled digits have no place in an identity.
  return text.normalize('NFC') === text && text.normalize('NFKC') === text ? undefined : 'notNormal'
}

function faultOfLocal(local: string): AddressFault | undefined {
  if (octets(local) > maxLocalLength) return 'tooLong'
  // An encoded word is legal atext, and some software decodes it before it looks for the `@`.
  if (local.includes('=?')) return 'syntax'
  const atom = nonAscii.test(local) ? unicodeAtom : asciiAtom
  // A mark at the start would combine with whatever is shown before the address.
  if (/^\p{M}/u.test(local)) return 'syntax'
  return local.split('.').every((part) => atom.test(part)) ? undefined : 'syntax'
}

function faultOfDomain(domain: string): AddressFault | undefined {
  const inUnicode = nonAscii.test(domain)
  const pattern = inUnicode ? unicodeLabel : asciiLabel
  const labels = domain.split('.')
  if (!labels.every((label) => pattern.test(label))) return labels.some(isLongLabel) ? 'tooLong' : 'syntax'
  if (domain.length > maxDomainLength) return 'tooLong'
  // `user@192.0.2.1`: some software sends it to that machine (RFC 3696 section 2: no top-level domain is all digits).
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return 'literal'
  if (!inUnicode && !labels.some((label) => label.startsWith('xn--'))) return undefined
  return isSettledDomain(domain) ? undefined : 'notNormal'
}

function isLongLabel(label: string): boolean {
  return label.length > 63
}

function octets(text: string): number {
  return nonAscii.test(text) ? new TextEncoder().encode(text).length : text.length
}
