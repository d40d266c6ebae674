/** The kinds of changes and rules in plain words, and what the button that does a change says. */
import { type Change, isKnownOp } from '../../../shared/administration/change.ts'
import type { Translate } from '../../i18n/i18n.ts'

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

const doors = ['cli', 'desktop', 'soap', 'client', 'import'] as const

/** By which door somebody came: `cli`, `desktop`, or with a name such as `soap:TOKEN`. */
export function doorWords(t: Translate, via: string): string {
  const at = via.indexOf(':')
  const kind = at < 0 ? via : via.slice(0, at)
  const door = doors.find((one) => one === kind)
  const words = door === undefined ? kind : t(`door.${door}`)
  return at < 0 ? words : t('common.and', { first: words, second: via.slice(at + 1) })
}

/** The deed of the button that carries changes out; several of different kinds have no one verb. */
export function deedWords(t: Translate, changes: readonly Change[]): string {
  const [first] = changes
  if (!first || changes.some(({ op }) => op !== first.op)) return t('preview.carryOut')
  if (first.op === 'device.revoke' && first.wipe !== undefined) return t('device.wipe')
  return t(`deed.${first.op}`)
}
