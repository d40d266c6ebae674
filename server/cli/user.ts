/** `kith-server user add|list|disable|enable|password` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../setup/context.ts'
import { administering, commonOptions, withCommon } from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'
import { askNewPassword } from './password.ts'

const addOptions = commonOptions.extend({
  name: z.string(),
  address: z.string().optional(),
  external: z.boolean().optional(),
})

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who may sign in')
  withCommon(
    user.command('add <login>').description('add a user; the password is asked for or read from standard input'),
  )
    .requiredOption('--name <name>', 'full name')
    .option('--address <address>', 'mail address; without: login at the domain of the organisation')
    .option('--external', 'a partner, not an employee')
    .action(administering(addOptions, add))
  withCommon(user.command('list').description('list all users')).action(administering(commonOptions, list))
  withCommon(user.command('disable <login>').description('end all sessions and refuse new ones')).action(
    administering(commonOptions, ({ people }, _options, login = '') =>
      told(people.disable(login), `${login} is disabled`),
    ),
  )
  withCommon(user.command('enable <login>').description('let a disabled user sign in again')).action(
    administering(commonOptions, ({ people }, _options, login = '') =>
      told(people.enable(login), `${login} is enabled`),
    ),
  )
  withCommon(user.command('password <login>').description('set a new password; ends all sessions')).action(
    administering(commonOptions, async ({ people }, _options, login = '') => {
      const password = await askNewPassword()
      if (!password.ok) return refused(password.why)
      return told(people.setPassword(login, password.value), `${login} has a new password`)
    }),
  )
}

async function add({ people }: Administration, options: z.infer<typeof addOptions>, login = ''): Promise<Outcome> {
  const password = await askNewPassword()
  if (!password.ok) return refused(password.why)
  const scope = options.external ? 'external' : 'internal'
  const { name, address } = options
  const added = await people.add(
    { id: login, name, scope, ...(address === undefined ? {} : { address }) },
    password.value,
  )
  if (!added.ok) return refused(added.why)
  const { id: user, ...account } = added.value
  return succeeded(`added ${user}, ${account.address}`, { user, ...account })
}

async function told(
  done: Promise<{ readonly ok: true } | { readonly ok: false; readonly why: string }>,
  text: string,
): Promise<Outcome> {
  const result = await done
  return result.ok ? succeeded(text, {}) : refused(result.why)
}

async function list({ store }: Administration): Promise<Outcome> {
  const users = (await store.users.all()).map(({ id: user, name, address, scope, state }) => ({
    user,
    name,
    address,
    scope,
    state,
  }))
  const rows = users.map(({ user, name, address, scope, state }) => [user, name, address, scope, state])
  return succeeded(table([['LOGIN', 'NAME', 'ADDRESS', 'SCOPE', 'STATE'], ...rows]), { users })
}
