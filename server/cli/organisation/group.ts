/** `kith-server group put|remove|join|leave|list` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { change } from '../changing.ts'
import { administering, changeOptions, commonOptions, withChange, withCommon } from '../command.ts'
import { type Outcome, succeeded, table } from '../outcome.ts'

const putOptions = changeOptions.extend({ title: z.string().optional() })

export function addGroupCommands(program: Command): void {
  const group = program.command('group').description('named groups: their members list each other')
  withChange(group.command('put <group>').description('make a group, or give it another title'))
    .option('--title <title>', 'title; without: its id')
    .action(
      administering(putOptions, (administration, options, id = '') =>
        change(administration, options, [{ op: 'group.put', group: id, title: options.title ?? id }]),
      ),
    )
  withChange(group.command('remove <group>').description('remove a group; its members stay')).action(
    administering(changeOptions, (administration, options, id = '') =>
      change(administration, options, [{ op: 'group.remove', group: id }]),
    ),
  )
  for (const verb of ['join', 'leave'] as const)
    withChange(group.command(`${verb} <group> <logins...>`).description(`have users ${verb} a group`)).action(
      administering(changeOptions, (administration, options, id = '', ...logins) =>
        change(
          administration,
          options,
          logins.map((user) => ({ op: `group.${verb}`, group: id, user })),
        ),
      ),
    )
  withCommon(group.command('list').description('list groups and members')).action(administering(commonOptions, list))
}

async function list({ store }: Administration): Promise<Outcome> {
  const members = Map.groupBy(await store.organisation.members(), ({ group }) => group)
  const groups = (await store.organisation.groups()).map(({ id, title }) => ({
    group: id,
    title,
    members: (members.get(id) ?? []).map(({ user }) => user),
  }))
  const rows = groups.map((one) => [one.group, one.title, one.members.join(' ')])
  return succeeded(table([['GROUP', 'TITLE', 'MEMBERS'], ...rows]), { groups })
}
