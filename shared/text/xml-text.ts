/** Text on its way into XML, for every writer of it. */

const entities: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
])

/** What XML 1.0 (section 2.2) cannot hold, and CR, which its readers change. */
const unwritable = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** The text with U+FFFD for each character that XML cannot hold. */
export function writableInXml(text: string): string {
  return text.replace(unwritable, '\ufffd')
}

/** The text as it may stand in an element or between quotes in an attribute. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities.get(character) ?? '')
}
