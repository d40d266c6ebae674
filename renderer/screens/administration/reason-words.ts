/** Rules in plain words. */
import { type Change, isKnownOp } from '../../../shared/administration/change.ts'
import type { AdmissionView } from '../../../shared/administration/readings.ts'
import { assertNever } from '../../../shared/rpc.ts'
import type { Translate } from '../../i18n/i18n.ts'

/** What puts an address into a list. */
export function admissionWords(t: Translate, admission: AdmissionView): string {
  const { rule, name = '', a = '', b = '', sponsor = '', source = '', domain = '' } = admission
  switch (rule) {
    case 'everyone':
      return t('because.everyone')
    case 'department':
      return t('because.department', { name })
    case 'group':
      return t('because.group', { name })
    case 'open':
      return t('because.open', { a: unitWords(t, a), b: unitWords(t, b) })
    case 'guest':
      return t('because.guest', { sponsor })
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

/** `all`, `department:X`, `group:G`, `user:LOGIN` as a person would say it. */
function unitWords(t: Translate, unit: string): string {
  const name = unit.slice(unit.indexOf(':') + 1)
  if (unit === 'all') return t('unit.all')
  if (unit.startsWith('department:')) return t('unit.department', { name })
  if (unit.startsWith('group:')) return t('unit.group', { name })
  return t('unit.user', { name })
}

/** A rule, as the change that makes it. */
export function ruleWords(t: Translate, rule: Change): string {
  if (rule.op === 'rule.open') return t('because.open', { a: unitWords(t, rule.a), b: unitWords(t, rule.b) })
  if (rule.op === 'rule.domain') return t('ruleWords.domain', { domain: rule.domain, who: unitWords(t, rule.for) })
  if (rule.op !== 'rule.deny') return opWords(t, rule.op)
  const { what, user } = rule
  return user === undefined ? t('ruleWords.deny', { what }) : t('ruleWords.denyFor', { what, user })
}

/** The kind of a rule, in words; a change that is no rule of a known kind is called by its operation. */
export function kindWords(t: Translate, { op }: Change): string {
  if (op === 'rule.open') return t('ruleKind.open')
  if (op === 'rule.domain') return t('ruleKind.domain')
  return op === 'rule.deny' ? t('ruleKind.deny') : opWords(t, op)
}

/** A newer server's operation keeps its own name. */
export function opWords(t: Translate, op: string): string {
  return isKnownOp(op) ? t(`adminOp.${op}`) : op
}
