/** `kith-server why`: which rule admits or refuses an address */
import type { Command } from 'commander'
import { z } from 'zod'
import { cleanAddressText } from '../../../shared/address.ts'
import type { Administration } from '../../administration/administer.ts'
import { type Explanation, explain } from '../../administration/explain.ts'
import { administering, commonOptions, withCommon } from '../command.ts'
import { type Outcome, refused, succeeded } from '../outcome.ts'
import { ruleWords, wayToChange } from './words.ts'

const whyOptions = commonOptions.extend({ user: z.string(), address: z.string() })

export function addWhyCommand(program: Command): void {
  withCommon(program.command('why').description('which rule admits or refuses an address'))
    .requiredOption('--user <login>', 'whose whitelist')
    .requiredOption('--address <address>', 'the address in question')
    .action(administering(whyOptions, why))
}

async function why(
  { store, clock, config }: Administration,
  { user, address }: z.infer<typeof whyOptions>,
): Promise<Outcome> {
  const asked = { user, address, now: clock.now(), unicode: config.policy.unicode }
  const explained = await explain(store, asked)
  return explained.ok ? succeeded(wordsOf(explained.value).join('\n'), explained.value) : refused(explained.why)
}

export function wordsOf(explanation: Explanation): readonly string[] {
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
