/** Contacts from CSV: Kith's own, what spreadsheets make of it, and what other programs export. */
import { contactInputSchema } from '../../../shared/administration/change.ts'
import { refusal } from '../../ground/refusals.ts'
import {
  type Draft,
  failedImport,
  gather,
  type ImportFault,
  type ImportResult,
  type LeftOut,
  maxImportBytes,
  maxImportContacts,
  toldOf,
} from '../contact.ts'
import { decodeFile, unreadable, unreadableWords } from '../file-text.ts'
import { fullName } from '../full-name.ts'
import { splitGroups, unguardCell } from './cells.ts'
import { type Columns, columnsOf, type CsvField } from './columns.ts'
import { type Row, rowsOf } from './rows.ts'
import { type CsvColumn, csvColumns } from './write.ts'

type CsvOptions = {
  readonly unicode?: boolean
  readonly encoding?: string | undefined
  /** The head of each column that is to be read, by its field; without: the known ones. */
  readonly columns?: Readonly<Partial<Record<CsvColumn, string>>> | undefined
}

type Found = { readonly drafts: Draft[]; readonly left: LeftOut[] }

/** Reads a file of contacts whose first row names the columns. Each row that cannot be taken is left out and told. */
export function readCsv(
  bytes: Uint8Array,
  { unicode = false, encoding, columns: said }: CsvOptions = {},
): ImportResult {
  if (bytes.length > maxImportBytes) return failedImport(`the file has more than ${maxImportBytes} bytes`)
  const text = decodeFile(bytes, encoding)
  if (!text.ok) return failedImport(text.why)
  let columns: Columns | undefined
  const found: Found = { drafts: [], left: [] }
  const warnings: ImportFault[] = []
  for (const read of rowsOf(text.value.text)) {
    const row = text.value.isSound ? read : checked(read)
    if (columns) {
      takeRow(row, columns, found)
      if (found.drafts.length + found.left.length > maxImportContacts)
        return failedImport(`more than ${maxImportContacts} rows`)
      continue
    }
    // Without its head nothing in the file means anything.
    const head = 'why' in row ? row : columnsOf(row.cells.map(unguardCell), said)
    if ('why' in head) return failedImport(head.why, { line: row.line })
    columns = head
    if (head.extra.length > 0)
      warnings.push({ line: row.line, why: `these columns are left out: ${head.extra.join(', ')}` })
  }
  if (!columns) return failedImport('the file is empty: its first line names the columns', { line: 1 })
  return gather({ ...found, warnings }, unicode)
}

function checked(row: Row): Row {
  if ('why' in row || !row.cells.some((cell) => cell.includes(unreadable))) return row
  return { raw: row.cells.join('\t'), line: row.line, why: unreadableWords }
}

function takeRow(row: Row, columns: Columns, { drafts, left }: Found): void {
  const { line } = row
  const texts = 'why' in row ? row.raw.split(/[,;\t]/) : row.cells.map((cell) => unguardCell(cell).trim())
  const why = 'why' in row ? row.why : faultOf(row.cells, columns)
  const draft = why === undefined ? draftOf(texts, line, columns) : toldOf(refusal('rowUnreadable', why, why))
  if ('addresses' in draft) drafts.push(draft)
  else left.push({ line, ...draft, texts })
}

/** Spreadsheets leave out cells at the end where a column is empty; of one that decides access that would be a guess. */
function faultOf(cells: readonly string[], { fields }: Columns): string | undefined {
  const tooMany = cells.slice(fields.length).some((cell) => cell.trim() !== '')
  const tooFew = fields.slice(cells.length).some((field) => field !== undefined && guarded.has(field))
  return tooMany || tooFew ? `${cells.length} fields where the first line names ${fields.length}` : undefined
}

const guarded: ReadonlySet<string> = new Set(['address', 'name', 'scope', 'proof', 'expires', 'direction'])

/** What decides access, checked as everywhere; the rest is read by `gather`. */
const decidingSchema = contactInputSchema.pick({ scope: true, proof: true, expires: true, direction: true })

function draftOf(texts: readonly string[], line: number, { fields }: Columns): Draft | Omit<ImportFault, 'line'> {
  const cells = (wanted: CsvField) => fields.flatMap((field, at) => (field === wanted ? [texts[at] ?? ''] : []))
  const cell = (wanted: CsvField) => cells(wanted)[0]
  const given = Object.fromEntries(
    csvColumns.flatMap((column) => (column in decidingSchema.shape && cell(column) ? [[column, cell(column)]] : [])),
  )
  const deciding = decidingSchema.safeParse(given)
  if (!deciding.success) {
    const { path = [], message = '' } = deciding.error.issues[0] ?? {}
    const field = String(path[0] ?? 'row')
    const about = given[field] ?? ''
    return toldOf(field === 'expires' ? refusal('date', about) : refusal('rowFields', field, `${field}: ${message}`))
  }
  const [nickname, remark, groups, labels] = [cell('nickname'), cell('remark'), cell('groups'), cell('labels')]
  return {
    ...deciding.data,
    // Google puts several values into one cell.
    addresses: [...cells('address'), ...cells('other')].flatMap((value) => value.split(' ::: ')).filter(Boolean),
    name: nameOf(cell),
    ...(nickname === undefined ? {} : { nickname }),
    ...(remark === undefined ? {} : { remark }),
    ...(groups === undefined && labels === undefined
      ? {}
      : { groups: [...splitGroups(groups ?? ''), ...labelsIn(labels ?? '')] }),
    line,
  }
}

function nameOf(cell: (field: CsvField) => string | undefined): string {
  const parts = { family: cell('family'), given: cell('given'), middle: cell('middle') }
  return [cell('name'), fullName(parts), cell('label'), cell('company')].find(Boolean) ?? ''
}

/** Google's own groups (`* myContacts`) are in every row. */
function labelsIn(cell: string): string[] {
  return cell
    .split(/ ::: |[;|]/)
    .map((label) => label.trim())
    .filter((label) => label !== '' && !label.startsWith('* '))
}
