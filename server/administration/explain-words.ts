/** Why an address is, or is not, in a list, in words that a person understands, with the ids to change it by. */
import { cleanAddressText } from '../../shared/address.ts'
import type { AdmissionView } from '../../shared/administration/readings.ts'
import { assertNever } from '../../shared/rpc.ts'
import type { Explanation } from './explain.ts'
import { isOwn } from './last-use.ts'
import { type Naming, noNames } from './naming.ts'

/** Where an entry of a user's own comes from. */
export function sourceWords(source: string): string {
  if (source === '') return 'by hand'
  return isOwn(source) ? 'at the user’s request' : `import ${source}`
}

/** The rule that admits an address. */
export function ruleWords(
  { rule, id, name = '', a = '', b = '', domain, sponsor = '', source = '' }: AdmissionView,
  naming: Naming = noNames,
): string {
  switch (rule) {
    case 'self':
      return 'it is the user’s own address'
    case 'entry':
      return `an entry of the user’s own, ${sourceWords(source)}`
    case 'everyone':
      return 'the policy "everyone": colleagues list each other'
    case 'department':
      return `the policy "departments": both are in ${name}`
    case 'group':
      return `both are in the group ${naming.group(name)}`
    case 'open':
      return `rule ${id}: ${naming.unit(a)} and ${naming.unit(b)} list each other`
    case 'guest':
      return `guest and sponsor, ${naming.person(sponsor)}`
    case 'domain':
      return `rule ${id}: the whole domain ${domain} is open`
    default:
      return assertNever(rule)
  }
}

/** What to do so that the rule no longer admits. */
function wayToChange({ rule, id, name }: AdmissionView, user: string, address: string): string | undefined {
  switch (rule) {
    case 'entry':
      return `kith-server contact remove ${address} --user ${user}`
    case 'everyone':
      return 'kith-server policy set everyone=off'
    case 'department':
      return 'kith-server policy set departments=off, or another department'
    case 'group':
      return `kith-server group leave ${name} ${user}`
    case 'open':
    case 'domain':
      return `kith-server rule remove ${id}`
    case 'guest':
      return 'kith-server user set GUEST --sponsor ""'
    case 'self':
      return undefined
    default:
      return assertNever(rule)
  }
}

/** Whether the two may exchange messages, by which rules, and what to run to change that: lines of text. */
export function explanationWords(explanation: Explanation, naming: Naming = noNames): readonly string[] {
  const { user, listed, admitted, denied, expired, direction, proof } = explanation
  const address = cleanAddressText(explanation.address)
  const ways = admitted.flatMap((admission) => {
    const way = wayToChange(admission, user, address)
    return [`  ${ruleWords(admission, naming)}`, ...(way === undefined ? [] : [`    to change it: ${way}`])]
  })
  return [
    `${naming.person(user)} ${listed ? 'may exchange messages with' : 'has no contact'} ${address}`,
    ...(ways.length > 0 ? [listed ? 'admitted by:' : 'it would be admitted by:', ...ways] : []),
    ...(denied ? [`refused by: rule ${denied.id}, ${denialWords(denied.rule, naming)}`] : []),
    ...(denied ? [`    to change it: kith-server rule remove ${denied.id}`] : []),
    ...(expired === undefined ? [] : [`refused since ${new Date(expired).toISOString()}: its time has ended`]),
    ...(direction === undefined ? [] : [`only to ${direction}`]),
    ...(proof === undefined ? [] : [`incoming mail is proven by ${proof}`]),
    ...(listed || ways.length > 0 || denied ? [] : [noRule(user, address)]),
  ]
}

type Denial = NonNullable<Explanation['denied']>['rule']

function denialWords(rule: Denial, naming: Naming): string {
  if (rule.op !== 'rule.deny') return rule.op
  return rule.user === undefined
    ? `nobody lists ${rule.what}`
    : `${naming.person(rule.user)} does not list ${rule.what}`
}

function noRule(user: string, address: string): string {
  return `no entry and no rule admits it; to admit it: kith-server contact add ${address} --user ${user} --name NAME`
}
