/** `kith-server rule open|domain|deny|remove|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { change } from '../changing.ts'
import { changeOptions, commonOptions, operating, withChange, withCommon } from '../command.ts'
import { type Outcome, succeeded, table, told } from '../outcome.ts'
import type { Transport } from '../transport.ts'

const domainOptions = changeOptions.extend({
  for: z.string(),
  name: z.string().optional(),
  proof: z.string().optional(),
})
const denyOptions = changeOptions.extend({ user: z.string().optional() })

const units = 'all, department:NAME, group:ID or user:LOGIN'

export function addRuleCommands(program: Command): void {
  const rule = program.command('rule').description('rules that make lists of people')
  withChange(rule.command('open <a> <b>').description(`the people of a and b list each other; each: ${units}`)).action(
    operating(changeOptions, (transport, options, a = '', b = '') =>
      change(transport, options, [{ op: 'rule.open', a, b }]),
    ),
  )
  withChange(rule.command('domain <domain>').description('everybody at a domain, such as @partner.example'))
    .requiredOption('--for <unit>', `who lists them: ${units}`)
    .option('--name <name>', 'name of the contact')
    .option('--proof <level>', 'how incoming mail is proven; without: dmarc')
    .action(operating(domainOptions, openDomain))
  withChange(rule.command('deny <address>').description('an address or @domain that nobody lists'))
    .option('--user <login>', 'only this one does not')
    .action(
      operating(denyOptions, (transport, options, what = '') =>
        change(transport, options, [
          { op: 'rule.deny', what, ...(options.user === undefined ? {} : { user: options.user }) },
        ]),
      ),
    )
  withChange(rule.command('remove <ids...>').description('remove rules by their ids')).action(
    operating(changeOptions, (transport, options, ...ids) =>
      change(
        transport,
        options,
        ids.map((id) => ({ op: 'rule.remove', id })),
      ),
    ),
  )
  withCommon(rule.command('list').description('list the rules with their ids')).action(operating(commonOptions, list))
}

function openDomain(transport: Transport, options: z.infer<typeof domainOptions>, text = ''): Promise<Outcome> {
  const { name, proof } = options
  const domain = text.startsWith('@') ? text : `@${text}`
  const more = { ...(name === undefined ? {} : { name }), ...(proof === undefined ? {} : { proof }) }
  return change(transport, options, [{ op: 'rule.domain', domain, for: options.for, ...more }])
}

async function list(transport: Transport): Promise<Outcome> {
  const answer = await transport.call('ListRules', {}, readings.rules.output.omit({ total: true }))
  return told(answer, (value) => {
    const rules = value.rules.map(({ id, rule }) => ({ id, ...rule }))
    const rows = rules.map(({ id, op, ...rest }) => [
      id,
      op.slice('rule.'.length),
      Object.entries(rest)
        .map(([name, one]) => `${name} ${String(one)}`)
        .join(', '),
    ])
    return succeeded(table([['ID', 'RULE', 'WHAT'], ...rows]), { rules })
  })
}
