/** `kith-server rule open|domain|deny|remove|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { changeOfRule } from '../../administration/changes/rules.ts'
import { change } from '../changing.ts'
import { administering, changeOptions, commonOptions, withChange, withCommon } from '../command.ts'
import { type Outcome, succeeded, table } from '../outcome.ts'

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
    administering(changeOptions, (administration, options, a = '', b = '') =>
      change(administration, options, [{ op: 'rule.open', a, b }]),
    ),
  )
  withChange(rule.command('domain <domain>').description('everybody at a domain, such as @partner.example'))
    .requiredOption('--for <unit>', `who lists them: ${units}`)
    .option('--name <name>', 'name of the contact')
    .option('--proof <level>', 'how incoming mail is proven; without: dmarc')
    .action(administering(domainOptions, openDomain))
  withChange(rule.command('deny <address>').description('an address or @domain that nobody lists'))
    .option('--user <login>', 'only this one does not')
    .action(
      administering(denyOptions, (administration, options, what = '') =>
        change(administration, options, [
          { op: 'rule.deny', what, ...(options.user === undefined ? {} : { user: options.user }) },
        ]),
      ),
    )
  withChange(rule.command('remove <ids...>').description('remove rules by their ids')).action(
    administering(changeOptions, (administration, options, ...ids) =>
      change(
        administration,
        options,
        ids.map((id) => ({ op: 'rule.remove', id })),
      ),
    ),
  )
  withCommon(rule.command('list').description('list the rules with their ids')).action(
    administering(commonOptions, list),
  )
}

function openDomain(
  administration: Administration,
  options: z.infer<typeof domainOptions>,
  text = '',
): Promise<Outcome> {
  const { name, proof } = options
  const domain = text.startsWith('@') ? text : `@${text}`
  const more = { ...(name === undefined ? {} : { name }), ...(proof === undefined ? {} : { proof }) }
  return change(administration, options, [{ op: 'rule.domain', domain, for: options.for, ...more }])
}

async function list({ store }: Administration): Promise<Outcome> {
  const rules = (await store.organisation.rules()).map((row) => ({ id: row.id, ...changeOfRule(row) }))
  const rows = rules.map(({ id, op, ...rest }) => [
    id,
    op.slice('rule.'.length),
    Object.entries(rest)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
  ])
  return succeeded(table([['ID', 'RULE', 'WHAT'], ...rows]), { rules })
}
