/** Ids in the words of people: logins, groups, devices, rules, requests and proposals by their names. */
import type { AuditLine } from '../../../shared/administration.ts'
import { type Change, changeForm } from '../../../shared/administration/change.ts'
import { actorsOf, partsOfTarget } from '../../../shared/administration/names.ts'
import type { AdmissionView } from '../../../shared/administration/readings.ts'
import { isRecord, jsonOf } from '../../../shared/json.ts'
import { rotatingKeys } from '../../../shared/key-steps.ts'
import type { Language } from '../../../shared/language.ts'
import { assertNever } from '../../../shared/rpc.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { formatNames } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import type { Names } from '../../store/administration/names.ts'
import { opWords } from './reason-words.ts'

type Targeted = Pick<AuditLine, 'op' | 'target' | 'before' | 'after'>

/** How a person is told of ids; what is not there any more keeps its id. */
export type Naming = {
  /** Only the name. */
  readonly person: (login: string) => string
  /** Name and address. */
  readonly personAt: (login: string) => string
  readonly group: (id: string) => string
  /** `all`, `department:X`, `group:G`, `user:LOGIN`. */
  readonly unit: (unit: string) => string
  readonly device: (user: string, device: string) => string
  /** Who acted: one person, or two where the second approved. */
  readonly actor: (who: string) => string
  /** A rule, as the change that makes it; `id` where only that is known. */
  readonly rule: (rule: Change) => string
  readonly ruleOf: (id: string) => string
  readonly requestOf: (id: string) => string
  /** What a line of the log is about. */
  readonly target: (line: Targeted) => string
  /** What puts an address into a list. */
  readonly admission: (admission: AdmissionView) => string
}

type Telling = { readonly t: Translate; readonly language: Language; readonly names: Names }

/** For the language on screen and the names that were learned. */
export function useNaming(): Naming {
  const { names } = useSlice(useStores().administration.names)
  const { t, language } = useWords()
  return namingOf({ t, language, names })
}

function namingOf({ t, language, names }: Telling): Naming {
  const nameOf = (id: string, otherwise: string) => names.get(id)?.name ?? otherwise
  const person = (login: string) => nameOf(`user:${login}`, login)
  const unit = (text: string) => {
    const name = text.slice(text.indexOf(':') + 1)
    if (text === 'all') return t('unit.all')
    if (text.startsWith('department:')) return t('unit.department', { name })
    if (text.startsWith('group:')) return t('unit.group', { name: nameOf(text, name) })
    return t('unit.user', { name: nameOf(text, name) })
  }
  const rule = (change: Change) => {
    if (change.op === 'rule.open') return t('because.open', { a: unit(change.a), b: unit(change.b) })
    if (change.op === 'rule.domain') return t('ruleWords.domain', { domain: change.domain, who: unit(change.for) })
    if (change.op !== 'rule.deny') return opWords(t, change.op)
    const { what, user } = change
    return user === undefined ? t('ruleWords.deny', { what }) : t('ruleWords.denyFor', { what, user: person(user) })
  }
  const ruleOf = (id: string) => {
    const known = names.get(`rule:${id}`)?.rule
    return known ? rule(known) : id
  }
  const requestOf = (id: string) => {
    const { name: user, address } = names.get(`request:${id}`) ?? {}
    return user === undefined || address === undefined ? id : t('admin.requestLine', { user, address })
  }
  const group = (id: string) => nameOf(`group:${id}`, id)
  return {
    person,
    personAt: (login) => personWords(names, login),
    group,
    unit,
    device: (user, device) => nameOf(`device:${user} ${device}`, device),
    actor: (who) => formatNames(language, actorsOf(who).map(person)),
    rule,
    ruleOf,
    requestOf,
    target: (line) =>
      partsOfTarget(line.op, line.target)
        .map((part) => targetPart({ part, line, t, names, rule, requestOf }))
        .join(' · '),
    admission: (admission) => admissionWords(t, admission, { person, group, unit }),
  }
}

function personWords(names: Names, login: string): string {
  const { name, address = '' } = names.get(`user:${login}`) ?? {}
  return name === undefined ? login : `${name}, ${address}`
}

type Part = Pick<Naming, 'rule' | 'requestOf'> & {
  readonly part: string
  readonly line: Targeted
  readonly t: Translate
  readonly names: Names
}

function targetPart({ part, line, t, names, rule, requestOf }: Part): string {
  const { op } = line
  const at = part.indexOf(':')
  const [kind, id] = [part.slice(0, Math.max(0, at)), part.slice(at + 1)]
  switch (kind) {
    case 'user':
    case 'group':
    case 'device':
      return names.get(part)?.name ?? (kind === 'device' ? id.slice(id.indexOf(' ') + 1) : id)
    case 'rule': {
      // The line itself tells of a rule that is not there any more.
      const told = [line.after, line.before].map((json) => changeForm.safeParse(jsonOf(json)).data).find(isThere)
      const known = told ?? names.get(part)?.rule
      return known ? rule(known) : id
    }
    case 'request':
      return requestOf(id)
    case 'proposal': {
      const { name, op: first, count = 1 } = names.get(part) ?? {}
      if (name === undefined) return id
      const what = first === undefined ? '' : opWords(t, first)
      return t('named.proposal', { name, what, count })
    }
    default:
      return plainPart(t, op, part, line)
  }
}

function plainPart(t: Translate, op: string, part: string, line: Targeted): string {
  if (op === 'policy.set') return t('admin.policy')
  if (op === 'manifest.renew') return t('admin.manifest')
  if (op.startsWith('quarantine.')) return t('named.message', { number: part })
  const key = ['root', ...rotatingKeys].find((one) => one === part)
  if (op.startsWith('key.') && isKeyName(key)) return t(`keyName.${key}`)
  return op.startsWith('contact.') ? contactWords(part, line) : part
}

function isKeyName(name: string | undefined): name is 'root' | (typeof rotatingKeys)[number] {
  return name !== undefined
}

/** With the name where the line has it. */
function contactWords(address: string, { before, after }: Targeted): string {
  const named = [after, before].map(jsonOf).find((value) => isRecord(value) && typeof value.name === 'string')
  return isRecord(named) ? `${String(named.name)}, ${address}` : address
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined
}

function admissionWords(
  t: Translate,
  admission: AdmissionView,
  { person, group, unit }: Pick<Naming, 'person' | 'group' | 'unit'>,
): string {
  const { rule, name = '', a = '', b = '', sponsor = '', source = '', domain = '' } = admission
  switch (rule) {
    case 'everyone':
      return t('because.everyone')
    case 'department':
      return t('because.department', { name })
    case 'group':
      return t('because.group', { name: group(name) })
    case 'open':
      return t('because.open', { a: unit(a), b: unit(b) })
    case 'guest':
      return t('because.guest', { sponsor: person(sponsor) })
    case 'entry':
      return source === '' ? t('because.entry') : t('because.imported', { source })
    case 'domain':
      return t('because.domain', { domain })
    case 'self':
      return t('because.self')
    default:
      return assertNever(rule)
  }
}
