/**
 * HTML as plain text, for messages without a plain part: one pass over the characters, no regular expression that could
 * be made to go back over them, nothing loaded, nothing interpreted.
 */

/** Elements whose contents are not text. */
const skipped = new Set(['script', 'style', 'head', 'title', 'template', 'noscript', 'svg', 'math', 'object', 'iframe'])
/** Elements that begin a new line. */
const blocks = new Set(
  'p div br tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr section article header footer'.split(' '),
)
/** The character references that mail contains; every other one stays as written. */
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
  reg: '®',
  euro: '€',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
}
/** Longest reference looked for: `&#1114111;` */
const longestReference = 12

/** The text of a page, with a line for each block; what is no text, such as scripts and styles, is left out. */
export function htmlToText(html: string): string {
  const out: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const end = open < 0 ? html.length : open
    if (end > at) out.push(html.slice(at, end).replace(/\s+/gu, ' '))
    if (open < 0) break
    at = afterTag(html, open, out)
  }
  return decodeReferences(out.join(''))
    .split('\n')
    .map((line) => line.replace(/[ \t]+/gu, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/gu, '\n\n')
    .trim()
}

/** Reads what stands at `<` and returns where text goes on. */
function afterTag(html: string, open: number, out: string[]): number {
  if (html.startsWith('<!--', open)) return after(html, '-->', open + 4)
  const name = /^<\/?([a-z][a-z0-9]{0,20})/iu.exec(html.slice(open, open + 24))?.[1]?.toLowerCase()
  if (name === undefined && !/^<[!?/]/u.test(html.slice(open, open + 2))) {
    // Not a tag: `a < b`.
    out.push('<')
    return open + 1
  }
  const close = after(html, '>', open)
  if (name === undefined) return close
  if (blocks.has(name)) out.push('\n')
  const isStart = html[open + 1] !== '/'
  return isStart && skipped.has(name) ? afterElement(html, name, close) : close
}

/** The end of an element whose contents are not text; without an end tag the rest is not text either. */
function afterElement(html: string, name: string, from: number): number {
  let at = from
  while (at < html.length) {
    const end = html.indexOf('</', at)
    if (end < 0) return html.length
    const matches = html.slice(end + 2, end + 2 + name.length).toLowerCase() === name
    if (matches) return after(html, '>', end)
    at = end + 2
  }
  return at
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from)
  return found < 0 ? html.length : found + mark.length
}

function decodeReferences(text: string): string {
  const parts = text.split('&')
  const [first = '', ...rest] = parts
  return first + rest.map(decodeOne).join('')
}

function decodeOne(part: string): string {
  const end = part.slice(0, longestReference).indexOf(';')
  const reference = end < 0 ? '' : part.slice(0, end)
  const decoded = reference.startsWith('#') ? numeric(reference.slice(1)) : named[reference.toLowerCase()]
  return decoded === undefined ? `&${part}` : decoded + part.slice(end + 1)
}

function numeric(digits: string): string | undefined {
  const code = /^x[0-9a-f]+$/iu.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number(digits || Number.NaN)
  const valid = Number.isInteger(code) && code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return valid ? String.fromCodePoint(code) : undefined
}
