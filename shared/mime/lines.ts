/** Lines of a body, by their bytes: where delimiters stand, and where a line ends. */

const lineFeed = 0x0a
const carriageReturn = 0x0d
const dash = 0x2d

/** Where a line that begins with the delimiter begins, at or after `from`; -1: nowhere. `delimiter` begins with two dashes. */
export function nextDelimiter(body: Uint8Array, delimiter: Uint8Array, from: number): number {
  // Of two dashes one stands at an odd distance: every second byte is looked at.
  for (let odd = from + 1; odd < body.length + 1; odd += 2) {
    if (body[odd] === dash && isDelimiter(body, delimiter, odd - 1)) return odd - 1
    if (body[odd] === dash && isDelimiter(body, delimiter, odd)) return odd
  }
  return -1
}

function isDelimiter(body: Uint8Array, delimiter: Uint8Array, at: number): boolean {
  if (at > 0 && body[at - 1] !== lineFeed) return false
  for (let index = 0; index < delimiter.length; index++) if (body[at + index] !== delimiter[index]) return false
  return true
}

/** `text`: where the line's text ends; `next`: where the next line begins. */
export function endOfLine(bytes: Uint8Array, from: number): { readonly text: number; readonly next: number } {
  const feed = bytes.indexOf(lineFeed, from)
  if (feed < 0) return { text: bytes.length, next: bytes.length }
  return { text: bytes[feed - 1] === carriageReturn ? Math.max(from, feed - 1) : feed, next: feed + 1 }
}

/** Where the line before `at` ends: the line break before a delimiter belongs to the delimiter. */
export function lineEndBefore(bytes: Uint8Array, at: number): number {
  if (bytes[at - 1] !== lineFeed) return at
  return bytes[at - 2] === carriageReturn ? at - 2 : at - 1
}
