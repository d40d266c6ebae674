/** Encoded words in header text (RFC 2047): read for showing names, written for composing. */
import { decoderFor } from './charset.ts'

/** Longest word read. RFC 2047 has 75 characters; programs that do not count write whole subjects into one. */
const maxWord = 8_192
const opening = /=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([bBqQ])\?/y
const qText = /^[^\p{Cc}\p{Cs}]*$/u
const base64Text = /^[A-Za-z0-9+/=_ \t-]*$/u
/** Octets of text in one written word: 45 make 60 base64 characters, and with `=?utf-8?B?` and `?=` at most 75 (section 2). */
const wordOctets = 45
const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

type Word = { readonly decoder: Decoder; readonly bytes: readonly number[]; readonly end: number }
type Decoder = NonNullable<ReturnType<typeof decoderFor>>

/**
 * Text with its encoded words read, wherever they stand: glued to text and to each other, in quotation marks, longer than
 * they may be, with blanks inside, as mail has them. What is no encoded word, or cannot be decoded, stays as it stands.
 * For showing: no address is read from what it returns. Linear (A5).
 */
export function decodeWords(text: string): string {
  let shown = ''
  let from = 0
  let run: { readonly decoder: Decoder; bytes: number[] } | undefined
  const flush = (): void => {
    if (run) shown += run.decoder.decode(Uint8Array.from(run.bytes))
    run = undefined
  }
  const ends = endFinder(text)
  for (let at = text.indexOf('=?'); at >= 0;) {
    const word = readWord(text, at, ends)
    if (word === undefined) {
      at = text.indexOf('=?', at + 1)
      continue
    }
    const between = text.slice(from, at)
    // Section 6.2: blanks between two encoded words are not shown. Joining the octets first mends characters cut in two.
    if (run === undefined || !/^[ \t]*$/u.test(between)) {
      flush()
      shown += between
    }
    if (run?.decoder !== word.decoder) flush()
    run ??= { decoder: word.decoder, bytes: [] }
    for (const byte of word.bytes) run.bytes.push(byte)
    from = word.end
    at = text.indexOf('=?', from)
  }
  flush()
  return shown + text.slice(from)
}

/** Finds the next `?=` at or after a place. Places only grow, so the text is looked through once. */
function endFinder(text: string): (from: number) => number {
  let found = -2
  return (from) => {
    if (found !== -1 && found < from) found = text.indexOf('?=', from)
    return found
  }
}

/** `text` in words of ASCII, separated by blanks, each at most 75 characters. */
export function encodeWords(text: string): string {
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

function readWord(text: string, at: number, endFrom: (from: number) => number): Word | undefined {
  opening.lastIndex = at
  const match = opening.exec(text)
  if (!match) return undefined
  const [whole, label = '', encoding = ''] = match
  const start = at + whole.length
  const end = endFrom(start)
  if (end < 0 || end - start > maxWord) return undefined
  // A word that has no end, before one that has; padding makes `=?=` of an end.
  const next = text.indexOf('=?', start)
  if (next >= 0 && next < end - 1) return undefined
  const content = text.slice(start, end)
  const bytes = encoding === 'q' || encoding === 'Q' ? fromQ(content) : fromBase64(content)
  const decoder = bytes && decoderFor(label)
  return bytes && decoder && { decoder, bytes, end: end + 2 }
}

/** Section 4.2: `_` is a blank, `=XX` an octet. A broken escape makes the word no word. */
function fromQ(content: string): number[] | undefined {
  if (!qText.test(content)) return undefined
  const bytes: number[] = []
  for (let at = 0; at < content.length; at++) {
    const character = content.charAt(at)
    if (character === '=') {
      const digits = content.slice(at + 1, at + 3)
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined
      bytes.push(Number.parseInt(digits, 16))
      at += 2
    } else if (character <= '~') bytes.push(character === '_' ? 0x20 : content.charCodeAt(at))
    // Raw UTF-8 in a word, which some write.
    else bytes.push(...encoder.encode(character))
  }
  return bytes
}

const encoder = new TextEncoder()

/** Padding may be missing, and may stand inside where two pieces were put together. */
function fromBase64(content: string): number[] | undefined {
  if (!base64Text.test(content)) return undefined
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of content) {
    if (character === '=') bits = 0
    const value = base64Letters.indexOf(character === '-' ? '+' : character === '_' ? '/' : character)
    if (value < 0) continue
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
