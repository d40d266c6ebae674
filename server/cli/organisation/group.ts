/** `kith-server group put|remove|join|leave|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { change, operate } from '../changing.ts'
import { changeOptions, commonOptions, operating, withChange, withCommon } from '../command.ts'
import { type Outcome, succeeded, table, told } from '../outcome.ts'
import type { Transport } from '../transport.ts'

const putOptions = changeOptions.extend({ title: z.string().optional() })

export function addGroupCommands(program: Command): void {
  const group = program.command('group').description('named groups: their members list each other')
  withChange(group.command('put <group>').description('make a group, or give it another title'))
    .option('--title <title>', 'title; without: its id')
    .action(
      operating(putOptions, (transport, options, id = '') =>
        operate(transport, options, { name: 'PutGroup', given: { group: id, title: options.title ?? id } }),
      ),
    )
  withChange(group.command('remove <group>').description('remove a group; its members stay')).action(
    operating(changeOptions, (transport, options, id = '') =>
      operate(transport, options, { name: 'RemoveGroup', given: { group: id } }),
    ),
  )
  for (const verb of ['join', 'leave'] as const)
    withChange(group.command(`${verb} <group> <logins...>`).description(`have users ${verb} a group`)).action(
      operating(changeOptions, (transport, options, id = '', ...logins) =>
        change(
          transport,
          options,
          logins.map((user) => ({ op: `group.${verb}`, group: id, user })),
        ),
      ),
    )
  withCommon(group.command('list').description('list groups and members')).action(operating(commonOptions, list))
}

async function list(transport: Transport): Promise<Outcome> {
  const answer = await transport.call('ListGroups', {}, readings.groups.output.omit({ total: true }))
  return told(answer, ({ groups }) => {
    const rows = groups.map((one) => [one.group, one.title, one.members.join(' ')])
    return succeeded(table([['GROUP', 'TITLE', 'MEMBERS'], ...rows]), { groups })
  })
}
