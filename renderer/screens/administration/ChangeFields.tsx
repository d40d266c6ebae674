/** The fields of a change, as the log and proposals keep them. */
import { roleSchema } from '../../../shared/administration/change.ts'
import { isRecord, jsonOf } from '../../../shared/json.ts'
import { Facts } from '../../components/Facts.tsx'
import { formatDate, formatNames } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { type Naming, useNaming } from './naming.ts'

type Field = { readonly name: string; readonly value: unknown; readonly of: Readonly<Record<string, unknown>> }

/** Nested fields stand beside the others: what a change holds is small. */
function fieldsOf(value: unknown, name = '', of: Field['of'] = {}): readonly Field[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [{ name, value: value.map(String), of }]
  if (!isRecord(value)) return [{ name, value, of }]
  return Object.entries(value).flatMap(([inner, one]) => fieldsOf(one, inner, value))
}

function parsed(json: string): readonly Field[] | undefined {
  const value = jsonOf(json)
  return value === undefined ? undefined : fieldsOf(value)
}

// Names of fields as the server writes them, and the words that the page has for them.
const known = {
  user: 'signIn.user',
  address: 'card.address',
  name: 'admin.name',
  remark: 'card.remark',
  nickname: 'card.nickname',
  groups: 'adminTab.groups',
  scope: 'card.scope',
  expires: 'card.expires',
  department: 'admin.department',
  sponsor: 'admin.sponsor',
  group: 'admin.groupId',
  title: 'admin.groupTitle',
  role: 'admin.role',
  device: 'admin.devices',
  what: 'admin.target',
  domain: 'admin.domain',
  for: 'admin.domainFor',
  a: 'admin.openA',
  b: 'admin.openB',
  everyone: 'admin.everyone',
  departments: 'admin.departments',
  domains: 'admin.domains',
  fourEyes: 'admin.fourEyes',
  approval: 'admin.approval',
  reason: 'admin.reason',
  offlineDays: 'admin.offlineDays',
  onExpiry: 'admin.onExpiry',
  members: 'access.members',
  proof: 'card.proof',
  version: 'admin.manifest',
  epoch: 'admin.epoch',
} as const

function isKnown(name: string): name is keyof typeof known {
  return name in known
}

/** Whether a field repeats another's name with another value, such as the new address of a changed one. */
function isSecond(fields: readonly Field[], index: number): boolean {
  return fields.findIndex(({ name }) => name === fields[index]?.name) < index
}

/** Ids in the words of people, by the field that they stand in. */
function named(naming: Naming, op: string, { name, value, of }: Field): string | undefined {
  if (Array.isArray(value)) return undefined
  const text = String(value)
  if (name === 'user' || name === 'sponsor') return naming.personAt(text)
  if (name === 'group') return naming.group(text)
  if (name === 'device') return naming.device(String(of.user), text)
  if (name === 'a' || name === 'b' || name === 'for') return naming.unit(text)
  if (name !== 'id') return undefined
  return op.startsWith('rule.') ? naming.ruleOf(text) : naming.requestOf(text)
}

type ChangeFieldsProps = {
  readonly json: string
  /** The operation, by which an id is told. */
  readonly op?: string
}

/** What a change gives, found or made, from its JSON: in words where a field has some, and whole where it was cut. */
export function ChangeFields({ json, op = '' }: ChangeFieldsProps) {
  const { t, language } = useWords()
  const naming = useNaming()
  const fields = json === '' ? [] : parsed(json)?.filter(({ name }) => name !== 'op')
  if (!fields) return <code className="wrap-anywhere">{json}</code>
  if (fields.length === 0) return <>{t('admin.none')}</>
  const said = (field: Field) => {
    const { name, value } = field
    if (value === '') return t('admin.none')
    const words = named(naming, op, field)
    if (words !== undefined) return words
    if (Array.isArray(value))
      return formatNames(language, name === 'members' ? value.map(naming.person) : value.map(String))
    if (name === 'expires' && value === 'never') return t('card.noExpiry')
    if (typeof value === 'boolean') return t(value ? 'admin.on' : 'admin.off')
    if (name === 'expires' && typeof value === 'number') return formatDate(language, value)
    if (name === 'scope') return t(value === 'internal' ? 'card.internal' : 'card.external')
    const role = roleSchema.safeParse(value)
    return name === 'role' && role.success ? t(`adminRole.${role.data}`) : String(value)
  }
  const termOf = ({ name }: Field) => {
    if (name === 'id') return t(op.startsWith('rule.') ? 'adminTab.rules' : 'admin.requests')
    return isKnown(name) ? t(known[name]) : name
  }
  const [only] = fields
  if (fields.length === 1 && only?.name === '') return <span className="wrap-anywhere">{said(only)}</span>
  const facts = fields.map((field, index) => ({
    term: `${isSecond(fields, index) ? '→ ' : ''}${termOf(field)}`,
    text: <span className="wrap-anywhere">{said(field)}</span>,
  }))
  return <Facts facts={facts} close />
}
