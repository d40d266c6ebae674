/** Cells that a spreadsheet would take for formulas, and cells that hold several values. */

/**
 * What spreadsheets calculate instead of showing, signs of full width and blanks before them too. Apostrophes before it are counted as part of it, so that a text
 * which has one of its own comes back as it was.
 */
const formula = /^'*\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u
const guarded = /^'+\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u

/** A cell that spreadsheets show and do not calculate. */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text
}

/** The text that `guardCell` was given. */
export function unguardCell(text: string): string {
  return guarded.test(text) ? text.slice(1) : text
}

/** Groups in one cell: `|` between them, a backslash before a `|` or backslash that belongs to a name. */
export function joinGroups(groups: readonly string[]): string {
  return groups.map((group) => group.replace(/[\\|]/g, '\\$&')).join('|')
}

/** The groups in one cell, parted by `|`; a backslash makes the next sign plain. */
export function splitGroups(cell: string): string[] {
  if (cell === '') return []
  return Array.from(cell.matchAll(/((?:\\[\\|]|[^|])*)(?:\||$)/gs), ([, group = '']) => group)
    .slice(0, -1)
    .map((group) => group.replace(/\\([\\|])/g, '$1'))
}
