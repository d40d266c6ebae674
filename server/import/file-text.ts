/** A file's bytes as text: by its byte order mark, as it was said, or as UTF-8; never by a guess. */
import { decoderFor } from '../../shared/text/charset.ts'
import type { Done } from '../ground/refusals.ts'

/** What stands for a byte that the encoding does not have, in a text that is not sound: a row that holds one was not read. */
export const unreadable = '\ufffd'

/** `isSound`: every byte of it could be read. */
type Decoded = { readonly text: string; readonly isSound: boolean }

/** Said of a row or line that holds one. */
export const unreadableWords = 'it holds bytes that the encoding of the file does not have'

const cure = 'save it as UTF-8 ("CSV UTF-8" in Excel), or name its encoding: --encoding gbk, big5, windows-1252 ...'
/** The text without its mark, which is stronger than what is said; `encoding`: as browsers name them, and `utf-16le`, `utf-16be`. */
export function decodeFile(bytes: Uint8Array, encoding?: string): Done<Decoded> {
  const named = markOf(bytes) ?? encoding
  if (named !== undefined) {
    const value = decodeBytes(bytes, named)
    return value
      ? { ok: true, value }
      : { ok: false, why: `the encoding ${JSON.stringify(named)} is not known: ${cure}` }
  }
  if (bytes.subarray(0, 1_000).includes(0))
    return { ok: false, why: 'the file looks like UTF-16 without its mark: --encoding utf-16le, or save it as UTF-8' }
  const value = decodeBytes(bytes, 'utf-8')
  return value && (value.isSound || isMostlyUtf8(value.text))
    ? { ok: true, value }
    : { ok: false, why: `the file is not UTF-8: ${cure}` }
}

/** Undefined for an encoding that nobody knows. */
export function decodeBytes(bytes: Uint8Array, encoding: string): Decoded | undefined {
  const name = encoding.trim().toLowerCase()
  const isWide = /^utf-16(?:le|be)$/.test(name)
  const decoder = isWide ? new TextDecoder(name) : decoderFor(name)
  if (!decoder) return undefined
  const text = decoder.decode(bytes).replace(/^\ufeff/, '')
  // Only Unicode has the sign itself, so there it may have been written.
  const isSound =
    !text.includes(unreadable) ||
    ((isWide || decoder === decoderFor('utf-8')) && isExact(bytes, isWide ? name : 'utf-8'))
  return { text, isSound }
}

function isExact(bytes: Uint8Array, name: string): boolean {
  try {
    new TextDecoder(name, { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Some stray bytes among much that is UTF-8 are those rows' fault alone. */
function isMostlyUtf8(text: string): boolean {
  const strays = text.split(unreadable).length - 1
  const wide = text.match(/[^\0-\u007f]/gu)?.length ?? 0
  return strays * 2 <= wide - strays
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}
