/**
 * Bytes as text for showing, whatever a sender calls their charset. No address and no proof comes of it: who somebody is
 * is read from UTF-8 alone.
 */
import { decode, encodingExists } from 'iconv-lite'

type Decoder = { decode(bytes: Uint8Array): string }

/** Longest label looked up. */
const maxLabel = 40
/** Most labels remembered: a sender may make up one for every word (A5). */
const maxKnown = 200
/** Labels that the Encoding Standard does not list and mail carries, by the label that it has for the same charset. */
const aliases: Readonly<Record<string, string>> = {
  cp936: 'gbk',
  ms936: 'gbk',
  windows936: 'gbk',
  gb231280: 'gbk',
  gb18030: 'gb18030',
  gb180302000: 'gb18030',
  euccn: 'gbk',
  cp950: 'big5',
  ms950: 'big5',
  windows950: 'big5',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  windows949: 'euc-kr',
  ksc56011987: 'euc-kr',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  windows932: 'shift_jis',
  windows31j: 'shift_jis',
  sjis: 'shift_jis',
  iso2022jp: 'iso-2022-jp',
  iso2022jp1: 'iso-2022-jp',
  iso2022jp2: 'iso-2022-jp',
  iso2022jpms: 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  eucjpms: 'euc-jp',
  cp51932: 'euc-jp',
  cp65001: 'utf-8',
  utf8mb4: 'utf-8',
  unicode11utf8: 'utf-8',
  ansi: 'windows-1252',
  latin: 'windows-1252',
  cp819: 'windows-1252',
  macroman: 'macintosh',
  cp10000: 'macintosh',
  cp878: 'koi8-r',
}
/** UTF-8 as a superset of ASCII is what mail without a charset is in today (RFC 2045's default is ASCII). */
const ascii = new Set(['', 'usascii', 'ascii', 'ansix3.41968', 'ansix341968', 'iso646us', 'cp367', '646'])
/** DOS pages and others that only iconv-lite has. Not UTF-7: in it ASCII bytes do not mean ASCII. */
const rare =
  /^(?:cp\d{3,5}|viscii|tcvn|armscii8|georgianacademy|georgianps|pt154|rk1048|mik|hproman8|koi8ru|koi8t|mac[a-z]{4,12})$/u
const known = new Map<string, Decoder | undefined>()
/** One decoder for a charset, so that two labels of it are seen to mean the same. */
const byEncoding = new Map<string, Decoder>()

/** What a charset's label stands for; undefined for one that nobody knows. An empty label is ASCII, so UTF-8. */
export function decoderFor(label: string): Decoder | undefined {
  const name = label
    .slice(0, 2 * maxLabel)
    .replace(/^[\s"']+|[\s"';,]+$/gu, '')
    .toLowerCase()
  if (name.length > maxLabel) return undefined
  if (known.has(name)) return known.get(name)
  if (known.size >= maxKnown) known.clear()
  const found = findDecoder(name)
  known.set(name, found)
  return found
}

function findDecoder(name: string): Decoder | undefined {
  // Writers differ in what stands between letters and digits: `iso8859_1`, `ISO 8859-1`, `x-cp1252`.
  const plain = name.replace(/[-_ :()]/gu, '').replace(/^(?:x|cs)(?=[a-z]{2,})/u, '')
  if (ascii.has(plain)) return standard('utf-8')
  const page = /^(?:cp|ibm|ms|windows|win|dos|oem|ansi)(\d{3,5})$/u.exec(plain)?.[1]
  const iso = /^(?:iso)?8859(\d{1,2})(?:[ie])?$/u.exec(plain)?.[1]
  return (
    standard(aliases[plain] ?? name) ??
    (iso === undefined ? undefined : standard(`iso-8859-${iso}`)) ??
    (page === undefined ? undefined : (aliased(`cp${page}`) ?? standard(`windows-${page}`))) ??
    fromLibrary(page === undefined ? plain : `cp${page}`)
  )
}

function aliased(plain: string): Decoder | undefined {
  const label = aliases[plain]
  return label === undefined ? undefined : standard(label)
}

/** The platform's own, by the Encoding Standard: the same tables as every browser. UTF-16 is a text's, not a word's. */
function standard(label: string): Decoder | undefined {
  try {
    const decoder = new TextDecoder(label)
    if (decoder.encoding.startsWith('utf-16')) return undefined
    const same = byEncoding.get(decoder.encoding)
    if (same) return same
    byEncoding.set(decoder.encoding, decoder)
    return decoder
  } catch {
    return undefined
  }
}

function fromLibrary(name: string): Decoder | undefined {
  if (!rare.test(name) || !encodingExists(name)) return undefined
  return { decode: (bytes) => decode(bytes, name) }
}

/** Text that says nothing of its charset, or the wrong thing: UTF-8 where it is that, else as `hint` says, else guessed. */
export function guessText(bytes: Uint8Array, hint = ''): string {
  const exact = exactUtf8(bytes)
  if (exact !== undefined) return exact
  const text = utf8.decode(bytes)
  const broken = count(text, replacement)
  // A cut or a stray byte in text that is UTF-8 otherwise.
  if (2 * broken <= wideCharacters(text) - broken) return text
  const hinted = hint === '' ? undefined : decoderFor(hint)?.decode(bytes)
  if (hinted !== undefined && !hinted.includes(replacement)) return hinted
  return looksChinese(bytes) ? gb18030.decode(bytes) : western.decode(bytes)
}

/** Undefined where a byte is no UTF-8: U+FFFD in the text alone does not say so, it may have been written. */
function exactUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

const strict = new TextDecoder('utf-8', { fatal: true })
const replacement = '\ufffd'
const utf8 = new TextDecoder()
const gb18030 = new TextDecoder('gb18030')
const western = new TextDecoder('windows-1252')

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found += 1
  return found
}

function wideCharacters(text: string): number {
  let found = 0
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) found += 1
  return found
}

/**
 * GB 2312 writes a character as two bytes from 0xa1; the 3,755 most used ones and its signs begin with 0xa1 to 0xd7. In
 * Western, Greek and Cyrillic text runs of such pairs alone do not happen by chance.
 */
function looksChinese(bytes: Uint8Array): boolean {
  let pairs = 0
  let common = 0
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    const trail = bytes[at + 1] ?? 0
    if (lead < 0xa1 || lead > 0xf7 || trail < 0xa1 || trail === 0xff) return false
    pairs += 1
    if (lead <= 0xd7) common += 1
    at += 1
  }
  return pairs > 0 && common * 10 >= pairs * 9
}

/**
 * The text of a part. `declared`: what its header says of its charset; `own`: what HTML says in its head. A byte order mark
 * is stronger than both. Not `sure`: nobody knows the charset that was named.
 */
export function decodeCharset(bytes: Uint8Array, declared: string, own: string): { text: string; sure: boolean } {
  const mark = byteOrderMark(bytes) ?? /^utf-16(?:[lb]e)?$/iu.exec(declared.trim())?.[0].toLowerCase()
  if (mark !== undefined)
    return { text: new TextDecoder(mark === 'utf-16' ? 'utf-16be' : mark).decode(bytes), sure: true }
  const labels = [declared, own].filter((label) => label.trim() !== '')
  const decoders = labels.flatMap((label) => decoderFor(label) ?? [])
  let named: string | undefined
  for (const decoder of new Set(decoders)) {
    const text = decoder === standard('utf-8') ? exactUtf8(bytes) : decoder.decode(bytes)
    if (text === undefined) continue
    if (decoder === standard('utf-8') || !text.includes(replacement)) return { text, sure: true }
    named ??= text
  }
  // Some bytes are wrong in it: what the sender named is still the better guess, but for UTF-8, which tells by itself.
  if (named !== undefined) return { text: named, sure: true }
  return { text: guessText(bytes), sure: labels.length === decoders.length }
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}
