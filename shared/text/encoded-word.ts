/** Encoded words in header text (RFC 2047): read for showing names, written for composing. */

const encodedWord = /^=\?([A-Za-z0-9_-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([bBqQ])\?([!->@-~]*)\?=$/
/**
 * Charsets read, by the labels that mail uses. An allow-list, because a decoder for a label made up by the sender would be
 * looked for anew for every word (A5); no UTF-7 and no UTF-16, in which ASCII bytes do not mean ASCII.
 */
const charsets: ReadonlySet<string> = new Set(
  (
    'utf-8 utf8 us-ascii ascii gb2312 gbk gb18030 big5 big5-hkscs ' +
    'iso-2022-jp shift_jis euc-jp euc-kr ks_c_5601-1987 koi8-r koi8-u tis-620 iso-8859-1 ' +
    'iso-8859-2 iso-8859-5 iso-8859-7 iso-8859-8 iso-8859-9 iso-8859-15 windows-1250 windows-1251 windows-1252 ' +
    'windows-1253 windows-1254 windows-1255 windows-1256'
  ).split(' '),
)
const decoders = new Map<string, TextDecoder>()
/** Octets of text in one written word: 45 make 60 base64 characters, and with `=?utf-8?B?` and `?=` at most 75 (section 2). */
const wordOctets = 45
const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

type Word = { readonly charset: string; readonly bytes: readonly number[] }

/** Decodes one run of words separated by blanks; what is no encoded word, or cannot be decoded, stays as it stands. */
export function decodeWords(words: readonly string[]): string {
  let text = ''
  let charset = ''
  let pending: number[] = []
  const flush = (): void => {
    if (charset !== '') text += decoderFor(charset)?.decode(Uint8Array.from(pending)) ?? ''
    pending = []
  }
  for (const [index, plain] of words.entries()) {
    const word = readWord(plain)
    // Section 6.2: blanks between two encoded words are not shown. Joining the octets first mends characters cut in two.
    if (word?.charset !== charset) flush()
    const betweenWords = word !== undefined && charset !== ''
    if (index > 0 && !betweenWords) text += ' '
    charset = word?.charset ?? ''
    if (word) for (const byte of word.bytes) pending.push(byte)
    else text += plain
  }
  flush()
  return text
}

/** `text` in words of ASCII, separated by blanks, each at most 75 characters. */
export function encodeWords(text: string): string {
  const encoder = new TextEncoder()
  const words: string[] = []
  let bytes: number[] = []
  for (const character of text.toWellFormed()) {
    const next = encoder.encode(character)
    if (bytes.length + next.length > wordOctets) {
      words.push(writeWord(bytes))
      bytes = []
    }
    bytes.push(...next)
  }
  if (bytes.length > 0) words.push(writeWord(bytes))
  return words.join(' ')
}

function writeWord(bytes: readonly number[]): string {
  return `=?utf-8?B?${toBase64(bytes)}?=`
}

function readWord(text: string): Word | undefined {
  const match = encodedWord.exec(text)
  if (!match) return undefined
  const [, label = '', encoding = '', content = ''] = match
  const charset = label.toLowerCase()
  const bytes = encoding === 'q' || encoding === 'Q' ? fromQ(content) : fromBase64(content)
  return bytes !== undefined && decoderFor(charset) !== undefined ? { charset, bytes } : undefined
}

function decoderFor(charset: string): TextDecoder | undefined {
  if (!charsets.has(charset)) return undefined
  const known = decoders.get(charset)
  if (known) return known
  try {
    const decoder = new TextDecoder(charset)
    decoders.set(charset, decoder)
    return decoder
  } catch {
    // A runtime built without this charset's table: the word is shown as it stands.
    return undefined
  }
}

/** Section 4.2: `_` is a blank, `=XX` an octet. A broken escape makes the word no word. */
function fromQ(content: string): number[] | undefined {
  const bytes: number[] = []
  for (let at = 0; at < content.length; at++) {
    const character = content.charAt(at)
    if (character !== '=') {
      bytes.push(character === '_' ? 0x20 : content.charCodeAt(at))
      continue
    }
    const digits = content.slice(at + 1, at + 3)
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined
    bytes.push(Number.parseInt(digits, 16))
    at += 2
  }
  return bytes
}

function fromBase64(content: string): number[] | undefined {
  const text = content.replace(/={0,2}$/, '')
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of text) {
    const value = base64Letters.indexOf(character)
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 0xff)
  }
  return bytes
}

function toBase64(bytes: readonly number[]): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const letters = bytes.length - at >= 3 ? 4 : bytes.length - at + 1
    for (let letter = 0; letter < 4; letter++) {
      text += letter < letters ? base64Letters.charAt((group >> (18 - 6 * letter)) & 63) : '='
    }
  }
  return text
}
