/** `kith-server group put|remove|join|leave|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { change, does } from '../changing.ts'
import { changeOptions, commonOptions, operating, withChange, withCommon } from '../command.ts'
import { reads } from '../reading.ts'

const putOptions = changeOptions.extend({ title: z.string().optional() })

/** Adds `group`; it works here and by a server elsewhere. */
export function addGroupCommands(program: Command): void {
  const group = program.command('group').description('named groups: their members list each other')
  withChange(group.command('put <group>').description('make a group, or give it another title'))
    .option('--title <title>', 'title; without: its id')
    .action(does(putOptions, 'PutGroup', ({ title }, id = '') => ({ group: id, title: title ?? id })))
  withChange(group.command('remove <group>').description('remove a group; its members stay')).action(
    does(changeOptions, 'RemoveGroup', (_options, id) => ({ group: id })),
  )
  for (const verb of ['join', 'leave'] as const)
    withChange(group.command(`${verb} <group> <logins...>`).description(`have users ${verb} a group`)).action(
      operating(changeOptions, (transport, options, id, ...logins) =>
        change(
          transport,
          options,
          logins.map((user) => ({ op: `group.${verb}`, group: id, user })),
        ),
      ),
    )
  withCommon(group.command('list').description('list groups and members')).action(
    reads(commonOptions, {
      name: 'ListGroups',
      form: readings.groups.output.omit({ total: true }),
      tell: ({ groups }) => ({
        head: ['GROUP', 'TITLE', 'MEMBERS'],
        rows: groups.map(({ group: id, title, members }) => [id, title, members.join(' ')]),
        value: { groups },
      }),
    }),
  )
}
