/**
 * The rows of a CSV file (RFC 4180), each for itself: after one that cannot be read the next line begins another. csv-parse
 * gives up the whole rest of a file at a quotation mark that is never closed.
 */

/** A row, or why the line is none; `line` is where it begins. */
export type Row =
  | { readonly cells: readonly string[]; readonly line: number }
  | { readonly raw: string; readonly line: number; readonly why: string }

/** Characters of one row: all fields at their longest, quoted, with room. */
const maxRowLength = 32_768

/** What a line may say before the head, for Excel: which sign parts the cells. */
const separatorLine = /^"?sep=([^\sA-Za-z0-9"'])"?[;,\t ]*(?:\r\n|\r|\n|$)/i

/** Every row that holds anything. Linear in the text: a row that goes wrong is looked at again only up to its line's end. */
export function* rowsOf(text: string): Generator<Row> {
  const said = separatorLine.exec(text)
  const start = said?.[0].length ?? 0
  const delimiter = said?.[1] ?? delimiterOf(text)
  const reader = readerOf(text, delimiter)
  let place = { at: start, line: said ? 2 : 1 }
  for (;;) {
    place = reader.skipEmpty(place)
    if (place.at >= text.length) return
    const row = reader.read(place.at)
    if ('why' in row) {
      const raw = text.slice(place.at, lineEnd(text, place.at))
      yield { raw: raw.slice(0, maxRowLength), line: place.line, why: row.why }
      place = { at: place.at + raw.length, line: place.line }
    } else {
      if (row.cells.some((cell) => cell.trim() !== '')) yield { cells: row.cells, line: place.line }
      place = { at: row.end, line: place.line + breaksIn(text.slice(place.at, row.end)) }
    }
  }
}

/** The one of the three that splits the first line into most parts. */
function delimiterOf(text: string): string {
  const [first = ''] = text.trimStart().split(/[\r\n]/, 1)
  const plain = first.slice(0, maxRowLength).replace(/"[^"]*"/g, '')
  const parts = (delimiter: string) => plain.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (parts(next) > parts(best) ? next : best))
}

function readerOf(text: string, delimiter: string) {
  const isEnd = (at: number) => at >= text.length || text[at] === '\n' || text[at] === '\r'
  const isBlank = (at: number) => text[at] !== delimiter && /^[ \t\u00a0\u3000]$/.test(text[at] ?? '')
  /** Past lines that are empty, or hold nothing but blanks and delimiters. */
  const skipEmpty = (from: { readonly at: number; readonly line: number }) => {
    let { at: start, line } = from
    for (let at = start; at < text.length; at += 1) {
      const sign = text[at] ?? ''
      if (sign === '\n' || (sign === '\r' && text[at + 1] !== '\n')) {
        line += 1
        start = at + 1
      } else if (sign !== '\r' && sign !== delimiter && sign.trim() !== '') return { at: start, line }
    }
    return { at: text.length, line }
  }
  const quoted = (from: number): { readonly cell: string; readonly end: number } | string => {
    let end = from
    for (;;) {
      end = text.indexOf('"', end)
      if (end < 0) return 'a quotation mark is opened and never closed'
      if (end - from > maxRowLength) return `the row has more than ${maxRowLength} characters`
      if (text[end + 1] !== '"') break
      end += 2
    }
    const cell = text.slice(from, end).replaceAll('""', '"')
    do end += 1
    while (isBlank(end))
    return isEnd(end) || text[end] === delimiter ? { cell, end } : strayMark
  }
  const bare = (from: number): { readonly cell: string; readonly end: number } | string => {
    let end = from
    while (!isEnd(end) && text[end] !== delimiter) {
      if (text[end] === '"') return strayMark
      end += 1
    }
    return { cell: text.slice(from, end), end }
  }
  const read = (start: number): { readonly cells: string[]; readonly end: number } | { readonly why: string } => {
    const cells: string[] = []
    for (let at = start; ; at += 1) {
      let first = at
      while (isBlank(first)) first += 1
      const found = text[first] === '"' ? quoted(first + 1) : bare(at)
      if (typeof found === 'string') return { why: found }
      if (found.end - start > maxRowLength) return { why: `the row has more than ${maxRowLength} characters` }
      cells.push(found.cell)
      at = found.end
      if (text[at] !== delimiter) return { cells, end: at }
    }
  }
  return { skipEmpty, read }
}

const strayMark =
  'a quotation mark stands where none may: fields with quotation marks are quoted, and the marks doubled'

function lineEnd(text: string, from: number): number {
  const found = /[\r\n]/g
  found.lastIndex = from
  return found.exec(text)?.index ?? text.length
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}
