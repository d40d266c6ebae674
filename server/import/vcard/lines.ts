/**
 * The content lines of a vCard file (RFC 6350 section 3.3, RFC 2426 section 2), strictly, in one pass: costs are linear.
 * ical.js was tried: it takes a card that ends as a calendar, names no lines, and its time grows with the square of the
 * parameters.
 */

/** One property of a card, still in the file's spelling. */
export type ContentLine = {
  /** Upper case, without its group. */
  readonly name: string
  /** Names in upper case; values as written, without quotation marks. */
  readonly parameters: ReadonlyMap<string, readonly string[]>
  /** Still escaped. */
  readonly value: string
  /** Where it begins. */
  readonly line: number
}
type LineFault = { readonly line: number; readonly why: string }

/** Parameters of one line. */
const maxParameters = 64
/** `[group.]name`, up to the first `;` or `:`. */
const head = /^(?:[A-Za-z0-9-]{1,64}\.)?([A-Za-z0-9-]{1,64})(?=[;:])/
/** One parameter. Sticky, and its parts exclude each other: it never goes back. */
const parameter =
  /;([A-Za-z0-9-]{1,64})(?:=((?:"[^"\p{Cc}]*"|[^",;:\p{Cc}]*)(?:,(?:"[^"\p{Cc}]*"|[^",;:\p{Cc}]*))*))?(?=[;:])/uy
const parameterValue = /"([^"]*)"|([^",]+)/g

/** Yields each line, or a fault, after which the reader may go on. */
export function* contentLines(text: string): Generator<ContentLine | LineFault> {
  for (const { text: whole, line } of unfolded(text)) {
    if (whole === '') continue
    const read = readLine(whole, line)
    yield typeof read === 'string' ? { line, why: read } : read
  }
}

/** A line break followed by a blank continues the line (RFC 6350 section 3.2). */
function* unfolded(text: string): Generator<{ readonly text: string; readonly line: number }> {
  let parts: string[] = []
  let start = 1
  let line = 0
  for (const raw of text.split('\n')) {
    line += 1
    const part = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (line > 1 && (part.startsWith(' ') || part.startsWith('\t'))) {
      parts.push(part.slice(1))
      continue
    }
    if (line > 1) yield { text: parts.join(''), line: start }
    parts = [part]
    start = line
  }
  yield { text: parts.join(''), line: start }
}

function readLine(text: string, line: number): ContentLine | string {
  const named = head.exec(text)
  if (!named) return 'not a line of a vCard: a name, then a colon, then a value'
  const parameters = new Map<string, string[]>()
  let at = named[0].length
  for (let count = 0; text[at] === ';'; count += 1) {
    if (count === maxParameters) return `more than ${maxParameters} parameters`
    parameter.lastIndex = at
    const found = parameter.exec(text)
    if (!found) return 'its parameters cannot be read'
    // vCard 2.1 writes values without names: `;QUOTED-PRINTABLE`, `;PREF`.
    const [whole, name = '', values] = found
    const key = values === undefined ? 'TYPE' : name.toUpperCase()
    const list = values === undefined ? [name] : Array.from(values.matchAll(parameterValue), ([, q, v]) => q ?? v ?? '')
    parameters.set(key, [...(parameters.get(key) ?? []), ...list])
    at += whole.length
  }
  return { name: (named[1] ?? '').toUpperCase(), parameters, value: text.slice(at + 1), line }
}

/** Text values (RFC 6350 section 3.4): `\n`, `\,`, `\;`, `\\`. */
export function unescapeText(value: string): string {
  return value.replace(/\\(.)/gs, (_, character: string) => (/[nN]/.test(character) ? '\n' : character))
}

/** Parts between separators that no backslash precedes. */
export function splitValue(value: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] === '\\') at += 1
    else if (value[at] === separator) {
      parts.push(value.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, value.slice(start)].map(unescapeText)
}
