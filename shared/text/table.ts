/** Tables of the command lines: columns stand below one another in a terminal, whatever script their cells are in. */
import stringWidth from 'string-width'
import { terminalLine } from './terminal.ts'

/** One line for each row, columns two spaces apart and as wide as their widest cell; rows may have different lengths. */
export function table(given: readonly (readonly string[])[]): string {
  // A cell is somebody's word: with a line break in it, it could write rows of its own.
  const rows = given.map((row) => row.map(terminalLine))
  const widths: number[] = []
  // Widths as a terminal shows them: a Chinese character takes two columns.
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
