/** `kith-server group put|remove|join|leave|list` */
import { readings } from '../../../shared/administration/readings.ts'
import { changes, does } from '../changing.ts'
import { group as commands } from '../command.ts'
import { text, word, words } from '../fields.ts'
import { listing, reads } from '../reading.ts'

const group = word('<group>')

/** `group`; it works here and by a server elsewhere. */
export const groupCommands = commands('group', 'named groups: their members list each other', [
  does('put', 'make a group, or give it another title', {
    by: 'PutGroup',
    takes: { group, title: text('<title>', 'title; without: its id') },
    given: ({ group: id, title = id }) => ({ group: id, title }),
  }),
  does('remove', 'remove a group; its members stay', { by: 'RemoveGroup', takes: { group } }),
  ...['join', 'leave'].map((verb) =>
    changes(verb, `have users ${verb} a group`, {
      takes: { group, logins: words('<logins...>') },
      // All of them in one version of each list.
      of: ({ group: id, logins }) => logins.map((user) => ({ op: `group.${verb}`, group: id, user })),
    }),
  ),
  reads('list', 'list groups and members', {
    asks: readings.groups,
    takes: {},
    tell: ({ groups }, naming) => {
      const shown = groups.map((one) => ({ ...one, members: one.members.map(naming.person).join(', ') }))
      return listing('groups', groups, 'GROUP, TITLE, MEMBERS', shown)
    },
  }),
])
