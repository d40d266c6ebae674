/** Rules in plain words. */
import type { AdminRule, Admission } from '../../../shared/administration.ts'
import { assertNever } from '../../../shared/rpc.ts'
import type { Translate } from '../../i18n/i18n.ts'
import { isKnownOp } from '../../store/administration/changes.ts'

export function admissionWords(t: Translate, admission: Admission): string {
  switch (admission.rule) {
    case 'everyone':
      return t('because.everyone')
    case 'department':
      return t('because.department', { name: admission.name })
    case 'group':
      return t('because.group', { name: admission.name })
    case 'open':
      return t('because.open', { a: unitWords(t, admission.a), b: unitWords(t, admission.b) })
    case 'guest':
      return t('because.guest', { sponsor: admission.sponsor })
    case 'entry':
      return admission.source === '' ? t('because.entry') : t('because.imported', { source: admission.source })
    case 'domain':
      return t('because.domain', { domain: admission.domain })
    case 'self':
      return t('because.self')
    default:
      return assertNever(admission)
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

export function ruleWords(t: Translate, { kind, a, b }: AdminRule): string {
  if (kind === 'open') return t('because.open', { a: unitWords(t, a), b: unitWords(t, b) })
  if (kind === 'domain') return t('ruleWords.domain', { domain: a, who: unitWords(t, b) })
  return b === '' ? t('ruleWords.deny', { what: a }) : t('ruleWords.denyFor', { what: a, user: b })
}

/** A newer server's operation keeps its own name. */
export function opWords(t: Translate, op: string): string {
  return isKnownOp(op) ? t(`adminOp.${op}`) : op
}
