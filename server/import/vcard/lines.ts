/**
 * The content lines of a vCard file (RFC 6350 section 3.3, RFC 2426 section 2, vCard 2.1), in one pass: costs are linear.
 * A line that cannot be read stands for itself. ical.js was tried: it takes a card that ends as a calendar, names no lines,
 * and its time grows with the square of the parameters.
 *
 * The text holds a byte in each character: names and folds are ASCII, and each value says its own charset.
 */

/** One property of a card, still in the file's spelling. */
export type ContentLine = {
  /** Upper case, without its group. */
  readonly name: string
  /** Names in upper case; values as written, without quotation marks. */
  readonly parameters: ReadonlyMap<string, readonly string[]>
  /** Still escaped, and a byte in each character. */
  readonly value: string
  /** Where it begins. */
  readonly line: number
}
/** `name`: what the line seems to be, in upper case. */
type LineFault = { readonly line: number; readonly why: string; readonly name: string; readonly value: string }

/** Parameters of one line. */
const maxParameters = 64
/** `[group.]name`, up to the first `;` or `:`. */
const head = /^(?:[A-Za-z0-9_-]{1,64}\.)?([A-Za-z0-9_-]{1,64})(?=[;:])/
/** One parameter. Sticky, and its parts exclude each other: it never goes back. */
const parameter = /;([\w-]{1,64})(?:=((?:"[^"\r\n]*"|[^",;:\r\n]*)(?:,(?:"[^"\r\n]*"|[^",;:\r\n]*))*))?(?=[;:])/y
const parameterValue = /"([^"]*)"|([^",]+)/g
/** A line whose value is written in quoted-printable, by its parameters alone. */
const quotedPrintable = /^[^:\r\n]{1,1000};(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i

/** A picture as telephones write it: lines of base64 without a blank before them. */
const base64 = /^[^:\r\n]{1,1000};(?:ENCODING=)?(?:BASE64|B)[;:]/i
const base64Line = /^[A-Za-z0-9+/]{16,}={0,2}$|^[A-Za-z0-9+/]+={1,2}$/

/** Yields each line, or a fault, after which the reader may go on. */
export function* contentLines(text: string): Generator<ContentLine | LineFault> {
  for (const { text: whole, line } of unfolded(text)) {
    if (whole.trim() === '') continue
    const read = readLine(whole, line)
    if (typeof read !== 'string') yield read
    else {
      const [, name = ''] = /^(?:[\w-]+\.)?([\w-]{1,64})/.exec(whole) ?? []
      yield { line, why: read, name: name.toUpperCase(), value: whole.slice(whole.indexOf(':') + 1) }
    }
  }
}

/**
 * A line break followed by a blank continues the line (RFC 6350 section 3.2), and in quoted-printable one behind `=`.
 * Breaks are CR LF, LF or CR.
 */
function* unfolded(text: string): Generator<{ readonly text: string; readonly line: number }> {
  let parts: string[] = []
  let start = 1
  let line = 0
  let isSoft = false
  for (const part of text.split(/\r\n|\n|\r/)) {
    line += 1
    if (isSoft && !/^END:VCARD/i.test(part)) parts.push(part)
    else if (line > 1 && (part.startsWith(' ') || part.startsWith('\t'))) parts.push(part.slice(1))
    else if (base64Line.test(part) && base64.test(parts[0] ?? '')) parts.push(part)
    else {
      if (line > 1) yield { text: parts.join(''), line: start }
      parts = [part]
      start = line
    }
    isSoft = part.endsWith('=') && quotedPrintable.test(parts[0] ?? '')
    if (isSoft) parts.push((parts.pop() ?? '').slice(0, -1))
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

/** Whether its value is written in quoted-printable. */
export function isQuotedPrintable({ parameters }: ContentLine): boolean {
  const values = [...(parameters.get('ENCODING') ?? []), ...(parameters.get('TYPE') ?? [])]
  return values.some((value) => value.toUpperCase() === 'QUOTED-PRINTABLE')
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
