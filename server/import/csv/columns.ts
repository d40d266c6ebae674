/** What the heads of a file's columns mean: Kith's own, those of other programs, or as somebody says. */
import type { ImportFault } from '../contact.ts'
import { type CsvColumn, csvColumns } from './write.ts'

/** Beside Kith's own: further addresses, parts of a name, what stands for one, and groups as other programs part them. */
export type CsvField = CsvColumn | 'other' | 'given' | 'middle' | 'family' | 'label' | 'company' | 'labels'

/** What each column means, in their order; `extra`: heads of those that are left out. */
export type Columns = { readonly fields: readonly (CsvField | undefined)[]; readonly extra: readonly string[] }

/** Heads as Google, Outlook, Thunderbird and Chinese programs have them; case, blanks and signs say nothing. */
const known: { readonly [F in CsvField]?: string } = {
  address:
    'email,mail,email address,mail address,primary email,email 1 value,email 1 address,邮箱,邮箱地址,邮件,邮件地址,电子邮件,电子邮件地址,电子邮箱,电子邮箱地址,电邮,电邮地址,郵箱,郵箱地址,郵件,郵件地址,電子郵件,電子郵件地址,電子郵箱,電子郵箱地址,電郵,電郵地址,電子信箱,信箱',
  other:
    'email 2 value,email 3 value,email 4 value,email 2 address,email 3 address,secondary email,alternate email,other email,电子邮件 2 地址,电子邮件 3 地址,備用郵箱,备用邮箱,其他邮箱,電子郵件 2 地址,電子郵件 3 地址,其他電子郵件',
  name: 'full name,display name,formatted name,姓名,名称,名稱,显示名,显示名称,顯示名,顯示名稱,全名,联系人,联系人姓名,聯絡人,聯絡人姓名',
  given: 'first name,given name,first,名,名字',
  middle: 'middle name,additional name,middle,中间名,中間名',
  family: 'last name,family name,surname,last,姓,姓氏',
  label: 'file as',
  company:
    'company,organization,organisation,organization name,organization 1 name,公司,公司名称,公司名稱,单位,單位,组织,組織',
  nickname: 'alias,昵称,暱稱,绰号,綽號,别名,別名',
  remark: 'remarks,note,notes,comment,comments,memo,备注,備註,備注,附注,附註,便笺,便箋,注释,註解,说明,說明',
  labels:
    'group,group membership,labels,categories,category,tags,分组,分組,群组,群組,组,組,组别,組別,类别,類別,标签,標籤',
  expires:
    'expiry,expiry date,expiration,expiration date,valid until,到期,到期日,到期日期,到期时间,到期時間,有效期,有效期至,有效期限',
}

const byHead: ReadonlyMap<string, CsvField> = new Map([
  ...Object.entries(known).flatMap(([field, heads]) =>
    heads.split(',').map((head) => [folded(head), field as CsvField] as const),
  ),
  ...csvColumns.map((column) => [column, column] as const),
])

/** Columns that decide access: one that is only mistyped must not be left out. */
const deciding = ['scope', 'proof', 'expires', 'direction']

/** By what somebody says of them (`said`: a field and its head), or by the known heads. */
export function columnsOf(
  heads: readonly string[],
  said?: Readonly<Partial<Record<CsvColumn, string>>>,
): Columns | Pick<ImportFault, 'why'> {
  const fields: (CsvField | undefined)[] = []
  const extra: string[] = []
  const chosen = new Map(Object.entries(said ?? {}).map(([field, head]) => [folded(head), field as CsvColumn]))
  for (const head of heads) {
    const key = folded(head)
    const field = said ? chosen.get(key) : byHead.get(key)
    const typo = field === undefined && !said ? deciding.find((column) => isNear(column, key)) : undefined
    if (typo)
      return { why: `the column ${JSON.stringify(head)} is not known: is it ${typo}? Rename it, or say --columns` }
    if (field && isOnce(field) && fields.includes(field)) {
      if (field === 'address' || deciding.includes(field) || key === field)
        return { why: `the column ${field} occurs twice, the second time as ${JSON.stringify(head)}: say --columns` }
      fields.push(undefined)
      extra.push(head.trim())
      continue
    }
    fields.push(field)
    if (!field && key !== '') extra.push(head.trim())
  }
  const missing = [...chosen].find(([, field]) => !fields.includes(field))
  if (missing) return { why: `there is no column ${JSON.stringify(said?.[missing[1]])} for ${missing[1]}` }
  if (!fields.includes('address')) return { why: `the column address is missing; ${mapping(heads)}` }
  if (!fields.some((field) => field && naming.includes(field)))
    return { why: `the column name is missing; ${mapping(heads)}` }
  return { fields, extra }
}

const naming: readonly CsvField[] = ['name', 'given', 'family', 'label', 'company']

function isOnce(field: CsvField): boolean {
  return field !== 'other'
}

function mapping(heads: readonly string[]): string {
  const there = heads.filter((head) => head.trim() !== '').join(', ')
  return `--columns "address=HEAD,name=HEAD" says which of these it is: ${there.slice(0, 500)}`
}

/** `E-mail 1 - Value` and `email1value` are one. */
function folded(head: string): string {
  return head
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}\p{Cf}]+/gu, '')
}

/** At most two signs wrong, missing or too many. */
function isNear(column: string, key: string): boolean {
  if (Math.abs(column.length - key.length) > 2) return false
  let row = Array.from({ length: key.length + 1 }, (_, at) => at)
  for (const [index, sign] of column.split('').entries()) {
    const next = [index + 1]
    for (let at = 1; at <= key.length; at += 1)
      next[at] = Math.min(
        (row[at] ?? 0) + 1,
        (next[at - 1] ?? 0) + 1,
        (row[at - 1] ?? 0) + (key[at - 1] === sign ? 0 : 1),
      )
    row = next
  }
  return (row[key.length] ?? 9) <= 2
}
