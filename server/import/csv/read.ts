/** Contacts from CSV: the only file that knows csv-parse. */
import { CsvError, parse } from 'csv-parse/sync'
import { contactInputSchema } from '../../../shared/administration/change.ts'
import { fromUtf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import {
  type Draft,
  failedImport,
  gather,
  type ImportFault,
  type ImportResult,
  maxImportBytes,
  maxImportContacts,
} from '../contact.ts'
import { splitGroups, unguardCell } from './cells.ts'
import { type CsvColumn, csvColumns } from './write.ts'

/** Characters of one row: all fields at their longest, quoted, with room. */
const maxRowLength = 32_768

/** Rows, blank ones included, that the parser is let read. */
const maxRecords = maxImportContacts + 1_000
/** Thrown in the parser's callback to stop it at once; never leaves this file. */
class TooLong extends Error {}

type Row = { readonly cells: readonly string[]; readonly line: number }

/**
 * Reads a file of contacts whose first line names the columns. One wrong row, and nothing is taken; each fault tells
 * its line.
 */
export function readCsv(bytes: Uint8Array, { unicode = false } = {}): ImportResult {
  if (bytes.length > maxImportBytes) return failedImport(`the file has more than ${maxImportBytes} bytes`)
  const text = fromUtf8(bytes)?.replace(/^\ufeff/, '')
  if (text === undefined) return failedImport('the file is not UTF-8: save it as "CSV UTF-8"')
  const rows = rowsOf(text)
  if ('why' in rows) return { ok: false, faults: [rows] }
  const [head, ...body] = rows
  if (!head) return failedImport('the file is empty: its first line names the columns', { line: 1 })
  const columns = columnsOf(head)
  if ('why' in columns) return { ok: false, faults: [columns] }
  if (body.length > maxImportContacts) return failedImport(`more than ${maxImportContacts} rows`)
  return gather(draftsOf(body, columns.names), unicode)
}

/** Counts lines itself: the parser counts a line break inside quotes twice where it is CR LF. */
function rowsOf(text: string): readonly Row[] | ImportFault {
  const rows: Row[] = []
  let line = 1
  let records = 0
  try {
    parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      // A quotation mark that is never closed would make the rest of the file one row.
      max_record_size: maxRowLength,
      raw: true,
      info: true,
      on_record: (record: unknown) => {
        records += 1
        // Blank lines count too: millions of them cost minutes.
        if (records > maxRecords) throw new TooLong()
        const { record: cells, raw } = record as { readonly record: string[]; readonly raw: string }
        if (cells.length > 1 || cells[0] !== '') rows.push({ cells, line })
        line += raw.match(/\r\n|\n|\r/g)?.length ?? 0
        return null
      },
    })
    return rows
  } catch (error) {
    if (error instanceof TooLong) return { line, why: `more than ${maxRecords} lines` }
    if (error instanceof CsvError) return { line, why: wordsOf(error.code) }
    throw error
  }
}

/** The one of the three that splits the first line into most parts. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split(/[\r\n]/, 1)
  const parts = (delimiter: string) => first.split(delimiter).length
  return [',', ';', '\t'].reduce((best, next) => (parts(next) > parts(best) ? next : best))
}

function wordsOf(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quotation mark is opened and never closed'
  if (code === 'CSV_MAX_RECORD_SIZE') return `the row has more than ${maxRowLength} characters`
  return 'a quotation mark stands where none may: fields with quotation marks are quoted, and the marks doubled'
}

function columnsOf({ cells, line }: Row): { readonly names: readonly CsvColumn[] } | ImportFault {
  const names: CsvColumn[] = []
  for (const cell of cells) {
    const name = csvColumns.find((column) => column === cell.trim().toLowerCase())
    if (!name) return { line, why: `unknown column ${JSON.stringify(cell)}; known are ${csvColumns.join(', ')}` }
    if (names.includes(name)) return { line, why: `the column ${name} occurs twice` }
    names.push(name)
  }
  for (const needed of ['address', 'name'] as const)
    if (!names.includes(needed)) return { line, why: `the column ${needed} is missing` }
  return { names }
}

function draftsOf(rows: readonly Row[], columns: readonly CsvColumn[]) {
  const drafts: Draft[] = []
  const faults: ImportFault[] = []
  for (const { cells, line } of rows) {
    if (cells.length !== columns.length) {
      faults.push({ line, why: `${cells.length} fields where the first line names ${columns.length}` })
      continue
    }
    const fields: Partial<Record<CsvColumn, string | string[]>> = {}
    for (const [index, column] of columns.entries()) {
      const value = fieldOf(column, unguardCell(cells[index] ?? ''))
      if (value !== undefined) fields[column] = value
    }
    const parsed = contactInputSchema.safeParse(fields)
    const issue = parsed.error?.issues[0]
    if (parsed.success) drafts.push({ ...parsed.data, line })
    else faults.push({ line, why: `${issue?.path.join('.') || 'row'}: ${issue?.message ?? 'unreadable'}` })
  }
  return { drafts, faults }
}

/** An empty cell empties what may be empty; scope, proof, expiry and direction it leaves alone. */
function fieldOf(column: CsvColumn, cell: string): string | string[] | undefined {
  if (column === 'groups') return splitGroups(cell)
  if (column === 'address' || column === 'name' || column === 'nickname' || column === 'remark') return cell
  return cell === '' ? undefined : cell
}
