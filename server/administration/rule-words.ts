/** Rules in words that a person understands, with the ids to change them by. */
import { cleanAddressText } from '../../shared/address.ts'
import { assertNever } from '../../shared/rpc.ts'
import type { Admission, Explanation } from './explain.ts'
import { isOwn } from './last-use.ts'

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
function wayToChange(admission: Admission, user: string, address: string): string | undefined {
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

/** Why an address is in a user's whitelist or not, line by line, with the commands that would change it. */
export function explanationWords(explanation: Explanation): readonly string[] {
  const { user, listed, admitted, denied, expired, direction, proof } = explanation
  const address = cleanAddressText(explanation.address)
  const ways = admitted.flatMap((admission) => {
    const way = wayToChange(admission, user, address)
    return [`  ${ruleWords(admission)}`, ...(way === undefined ? [] : [`    to change it: ${way}`])]
  })
  return [
    `${user} ${listed ? 'may exchange messages with' : 'has no contact'} ${address}`,
    ...(ways.length > 0 ? [listed ? 'admitted by:' : 'it would be admitted by:', ...ways] : []),
    ...(denied ? [`refused by: rule ${denied.id}, ${denialWords(denied.rule)}`] : []),
    ...(denied ? [`    to change it: kith-server rule remove ${denied.id}`] : []),
    ...(expired === undefined ? [] : [`refused since ${new Date(expired).toISOString()}: its time has ended`]),
    ...(direction === undefined ? [] : [`only to ${direction}`]),
    ...(proof === undefined ? [] : [`incoming mail is proven by ${proof}`]),
    ...(listed || ways.length > 0 || denied ? [] : [noRule(user, address)]),
  ]
}

type Denial = NonNullable<Explanation['denied']>['rule']

function denialWords(rule: Denial): string {
  if (rule.op !== 'rule.deny') return rule.op
  return rule.user === undefined ? `nobody lists ${rule.what}` : `${rule.user} does not list ${rule.what}`
}

function noRule(user: string, address: string): string {
  return `no entry and no rule admits it; to admit it: kith-server contact add ${address} --user ${user} --name NAME`
}
