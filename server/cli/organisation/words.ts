/** Rules in words that a person understands, with the ids to change them by. */
import { assertNever } from '../../../shared/rpc.ts'
import type { Admission } from '../../administration/explain.ts'
import { isOwn } from '../../administration/last-use.ts'

export function sourceWords(source: string): string {
  if (source === '') return 'by hand'
  return isOwn(source) ? 'at the user’s request' : `import ${source}`
}

export function ruleWords(admission: Admission): string {
  switch (admission.rule) {
    case 'self':
      return 'it is the user’s own address'
    case 'entry':
      return `an entry of the user’s own, ${sourceWords(admission.source)}`
    case 'everyone':
      return 'the policy "everyone": colleagues list each other'
    case 'department':
      return `the policy "departments": both are in ${admission.name}`
    case 'group':
      return `both are in the group ${admission.name}`
    case 'open':
      return `rule ${admission.id}: ${admission.a} and ${admission.b} list each other`
    case 'guest':
      return `guest and sponsor (${admission.sponsor})`
    case 'domain':
      return `rule ${admission.id}: the whole domain ${admission.domain} is open`
    default:
      return assertNever(admission)
  }
}

/** What to do so that the rule no longer admits. */
export function wayToChange(admission: Admission, user: string, address: string): string | undefined {
  switch (admission.rule) {
    case 'entry':
      return `kith-server contact remove ${address} --user ${user}`
    case 'everyone':
      return 'kith-server policy set everyone=off'
    case 'department':
      return 'kith-server policy set departments=off, or another department'
    case 'group':
      return `kith-server group leave ${admission.name} ${user}`
    case 'open':
    case 'domain':
      return `kith-server rule remove ${admission.id}`
    case 'guest':
      return 'kith-server user set GUEST --sponsor ""'
    case 'self':
      return undefined
    default:
      return assertNever(admission)
  }
}
