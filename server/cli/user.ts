/** `kith-server user add|set|list|disable|enable|password` and `kith-server guest add` */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../administration/administer.ts'
import { readPassword } from '../administration/people.ts'
import { resembling } from '../administration/resembling.ts'
import { change } from './changing.ts'
import {
  administering,
  changeOptions,
  commonOptions,
  reasonOptions,
  withChange,
  withCommon,
  withReason,
} from './command.ts'
import { type Outcome, refused, succeeded, table } from './outcome.ts'
import { askNewPassword } from './password.ts'

const setOptions = changeOptions.extend({
  name: z.string().optional(),
  address: z.string().optional(),
  department: z.string().optional(),
  sponsor: z.string().optional(),
  expires: z.string().optional(),
})
const addOptions = setOptions.extend({ name: z.string(), external: z.boolean().optional() })
type SetOptions = z.infer<typeof setOptions>

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who may sign in')
  withPerson(
    user.command('add <login>').description('add a user; the password is asked for or read from standard input'),
  )
    .requiredOption('--name <name>', 'full name')
    .option('--external', 'a partner, not an employee')
    .action(
      administering(addOptions, (administration, options, login = '') =>
        add(administration, options, { login, isGuest: false }),
      ),
    )
  withPerson(user.command('set <login>').description('change what the others see of a user'))
    .option('--name <name>', 'full name')
    .action(administering(setOptions, set))
  withCommon(user.command('list').description('list all users')).action(administering(commonOptions, list))
  withChange(user.command('disable <login>').description('end all sessions and refuse new ones')).action(
    administering(changeOptions, (administration, options, login = '') =>
      change(administration, options, [{ op: 'user.disable', user: login }], { text: `${login} is disabled` }),
    ),
  )
  withChange(user.command('enable <login>').description('let a disabled user sign in again')).action(
    administering(changeOptions, (administration, options, login = '') =>
      change(administration, options, [{ op: 'user.enable', user: login }], { text: `${login} is enabled` }),
    ),
  )
  withReason(user.command('password <login>').description('set a new password; ends all sessions')).action(
    administering(reasonOptions, setPassword),
  )
  const guest = program.command('guest').description('people from outside who have an account here')
  withPerson(
    guest.command('add <login>').description('add a guest; with an empty password nobody can sign in until one is set'),
  )
    .requiredOption('--name <name>', 'full name')
    .action(
      administering(addOptions, (administration, options, login = '') =>
        add(administration, { ...options, external: true }, { login, isGuest: true }),
      ),
    )
}

function withPerson(command: Command): Command {
  return withChange(command)
    .option('--address <address>', 'mail address; without: login at the domain of the organisation')
    .option('--department <name>', 'department')
    .option('--sponsor <login>', 'the employee who answers for a guest')
    .option('--expires <date>', 'when the account ends: a date such as 2030-01-31, or "never"')
}

function personOf({ name, address, department, sponsor, expires }: SetOptions) {
  const given = { name, address, department, sponsor, expires }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

type Newcomer = { readonly login: string; readonly isGuest: boolean }

async function add(
  administration: Administration,
  options: z.infer<typeof addOptions>,
  { login, isGuest }: Newcomer,
): Promise<Outcome> {
  if (isGuest && options.address === undefined) return { ok: false, code: 'usage', why: 'a guest needs --address' }
  const asked = options.dryRun ? undefined : await askNewPassword()
  if (asked?.ok === false) return refused(asked.why)
  const password = asked && !(isGuest && asked.value === '') ? await readPassword(asked.value) : undefined
  if (password?.ok === false) return refused(password.why)
  const scope = options.external ? 'external' : 'internal'
  const address = options.address ?? `${login}@${administration.config.domain}`
  const { store, config } = administration
  const warnings = await resembling(store, [{ name: options.name, address }], { unicode: config.policy.unicode })
  return change(administration, options, [{ op: 'user.add', user: login, scope, ...personOf(options) }], {
    warnings,
    ...(password ? { later: `the password is not kept: kith-server user password ${login}, once it is approved` } : {}),
    text: `added ${login}, ${address}${password ? '' : ', without a password'}`,
    value: { user: login, name: options.name, address, scope },
    also: async (inside) => {
      if (password) await inside.users.setPassword(login, password.value)
    },
  })
}

function set(administration: Administration, options: SetOptions, login = ''): Promise<Outcome> {
  const changes = personOf(options)
  if (Object.keys(changes).length === 0)
    return Promise.resolve({ ok: false, code: 'usage', why: 'nothing to set: --name, --address, --department ...' })
  return change(administration, options, [{ op: 'user.set', user: login, changes }], { text: `${login} is changed` })
}

async function setPassword(
  { people }: Administration,
  { why }: z.infer<typeof reasonOptions>,
  login = '',
): Promise<Outcome> {
  const password = await askNewPassword()
  if (!password.ok) return refused(password.why)
  const done = await people.setPassword(login, password.value, why)
  return done.ok ? succeeded(`${login} has a new password`, {}) : refused(done.why)
}

async function list({ store }: Administration): Promise<Outcome> {
  const users = (await store.users.all()).map(
    ({ id: user, name, address, scope, state, department, sponsor, expires }) => ({
      user,
      name,
      address,
      scope,
      state,
      ...(department === '' ? {} : { department }),
      ...(sponsor === '' ? {} : { sponsor }),
      ...(expires === 0 ? {} : { expires: new Date(expires).toISOString() }),
    }),
  )
  const rows = users.map(({ user, name, address, scope, state, department = '', sponsor = '', expires = '' }) => [
    user,
    name,
    address,
    scope,
    state,
    department,
    sponsor,
    expires,
  ])
  const head = ['LOGIN', 'NAME', 'ADDRESS', 'SCOPE', 'STATE', 'DEPARTMENT', 'SPONSOR', 'EXPIRES']
  return succeeded(table([head, ...rows]), { users })
}
