/** Lines and comments of one source file, for its facts. */

/** A comment without its marks, and the line on which it begins (from 1). */
export type Comment = { readonly text: string; readonly line: number }

type Span = { readonly start: number; readonly end: number }
type ParsedComment = Span & { readonly type: 'Line' | 'Block'; readonly value: string }

/** What can be asked about the lines of a file; places are offsets into its text. */
type Lines = {
  readonly count: number
  readonly commentLines: number
  readonly comments: readonly Comment[]
  /** Whether a doc comment ends on the line above the place. */
  readonly isDocumented: (start: number) => boolean
  /** Whether a doc comment for the whole file comes first. Above the only export, one comment serves both. */
  readonly hasHeadLine: (exports: number) => boolean
  /** Lines from one place to another, blank ones and comments included. */
  readonly linesBetween: (start: number, end: number) => number
}

/** Reads the lines once. `parsed`: the comments as the parser found them, in order. */
export function readLines(text: string, parsed: readonly ParsedComment[]): Lines {
  const code = withoutComments(text, parsed)
  const isDoc = (comment: ParsedComment): boolean => comment.type === 'Block' && comment.value.startsWith('*')
  const documented = new Set(
    parsed.filter(isDoc).map(({ end }) => end + (/^\n[ \t]*/.exec(text.slice(end))?.[0].length ?? 0)),
  )
  const codeLines = code.split('\n').map((line) => line.trim() !== '')
  const lineOf = lineFinder(text)
  return {
    count: text.split('\n').length - 1,
    commentLines: text.split('\n').filter((line, index) => line.trim() !== '' && !codeLines[index]).length,
    comments: parsed.map(({ value, start }) => ({ text: value, line: lineOf(start) + 1 })),
    isDocumented: (start) => documented.has(start),
    hasHeadLine(exports) {
      const [first] = parsed
      if (!first || !isDoc(first) || text.slice(0, first.start).replace(/^#!.*\n/, '') !== '') return false
      return exports <= 1 || /^\n(\n|import |export (type )?[{*])/.test(text.slice(first.end))
    },
    linesBetween: (start, end) => lineOf(end) - lineOf(start) + 1,
  }
}

/** The text with every comment blanked, of the same length and lines. */
function withoutComments(text: string, comments: readonly Span[]): string {
  let code = ''
  let place = 0
  for (const { start, end } of comments) {
    code += text.slice(place, start) + text.slice(start, end).replace(/[^\n]/g, ' ')
    place = end
  }
  return code + text.slice(place)
}

/** Finds the line (from 0) of an offset. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low
  }
}
