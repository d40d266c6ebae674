/** Contacts as CSV (RFC 4180) that a spreadsheet opens without calculating anything. */
import type { ContactInput } from '../../../shared/administration/change.ts'
import { guardCell, joinGroups } from './cells.ts'

/** Columns in the order in which they are written. */
export const csvColumns = [
  'address',
  'name',
  'nickname',
  'remark',
  'groups',
  'scope',
  'proof',
  'expires',
  'direction',
] as const
/** Name of one of these columns. */
export type CsvColumn = (typeof csvColumns)[number]

/** CRLF and a byte order mark, without which some spreadsheets read UTF-8 as something else. */
export function writeCsv(contacts: Iterable<Readonly<ContactInput>>): string {
  const lines = [csvColumns.join(',')]
  for (const contact of contacts) lines.push(csvColumns.map((column) => quoted(cellOf(contact, column))).join(','))
  return `\ufeff${lines.join('\r\n')}\r\n`
}

function cellOf(contact: Readonly<ContactInput>, column: CsvColumn): string {
  if (column === 'groups') return guardCell(joinGroups(contact.groups ?? []))
  if (typeof contact.expires === 'number' && column === 'expires') return new Date(contact.expires).toISOString()
  return guardCell(String(contact[column] ?? ''))
}

function quoted(cell: string): string {
  // Semicolon and tab are quoted, too: spreadsheets of some languages split at them.
  return /["\r\n,;\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
