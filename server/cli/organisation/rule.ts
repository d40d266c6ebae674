/** `kith-server rule open|domain|deny|remove|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { change, does } from '../changing.ts'
import { changeOptions, commonOptions, operating, withChange, withCommon } from '../command.ts'
import { givenOf, reads } from '../reading.ts'

const domainOptions = changeOptions.extend({
  for: z.string(),
  name: z.string().optional(),
  proof: z.string().optional(),
})
const denyOptions = changeOptions.extend({ user: z.string().optional() })

const units = 'all, department:NAME, group:ID or user:LOGIN'

/** Adds `rule`; it works here and by a server elsewhere. */
export function addRuleCommands(program: Command): void {
  const rule = program.command('rule').description('rules that make lists of people')
  withChange(rule.command('open <a> <b>').description(`the people of a and b list each other; each: ${units}`)).action(
    does(changeOptions, 'OpenUnits', (_options, a, b) => ({ a, b })),
  )
  withChange(rule.command('domain <domain>').description('everybody at a domain, such as @partner.example'))
    .requiredOption('--for <unit>', `who lists them: ${units}`)
    .option('--name <name>', 'name of the contact')
    .option('--proof <level>', 'how incoming mail is proven; without: dmarc')
    .action(
      does(domainOptions, 'OpenDomain', ({ for: audience, name, proof }, text = '') => {
        return { domain: text.startsWith('@') ? text : `@${text}`, audience, ...givenOf({ name, proof }) }
      }),
    )
  withChange(rule.command('deny <address>').description('an address or @domain that nobody lists'))
    .option('--user <login>', 'only this one does not')
    .action(does(denyOptions, 'DenyAddress', ({ user }, what) => ({ what, ...givenOf({ user }) })))
  withChange(rule.command('remove <ids...>').description('remove rules by their ids')).action(
    operating(changeOptions, (transport, options, ...ids) =>
      change(
        transport,
        options,
        ids.map((id) => ({ op: 'rule.remove', id })),
      ),
    ),
  )
  withCommon(rule.command('list').description('list the rules with their ids')).action(
    reads(commonOptions, {
      name: 'ListRules',
      form: readings.rules.output.omit({ total: true }),
      tell(answer) {
        const rules = answer.rules.map(({ id, rule: made }) => ({ id, ...made }))
        const rows = rules.map(({ id, op, ...rest }) => {
          const what = Object.entries(rest).map(([name, one]) => `${name} ${String(one)}`)
          return [id, op.slice('rule.'.length), what.join(', ')]
        })
        return { head: ['ID', 'RULE', 'WHAT'], rows, value: { rules } }
      },
    }),
  )
}
