/** `kith-server user add|set|list|disable|enable|password` and `kith-server guest add` */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../shared/administration/readings.ts'
import { allRows } from './all-rows.ts'
import { does, operate } from './changing.ts'
import {
  changeOptions,
  commonOptions,
  operating,
  reasonOptions,
  withChange,
  withCommon,
  withReason,
} from './command.ts'
import { type Outcome, refused, succeeded, table, told } from './outcome.ts'
import { askNewPassword } from './password.ts'
import { givenOf, iso } from './reading.ts'
import type { Transport } from './transport.ts'

const setOptions = changeOptions.extend({
  name: z.string().optional(),
  address: z.string().optional(),
  department: z.string().optional(),
  sponsor: z.string().optional(),
  expires: z.string().optional(),
})
const addOptions = setOptions.extend({ name: z.string(), external: z.boolean().optional() })
type SetOptions = z.infer<typeof setOptions>

/** Adds `user` and `guest`; they work here and by a server elsewhere. */
export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who may sign in')
  withPerson(
    user.command('add <login>').description('add a user; the password is asked for or read from standard input'),
  )
    .requiredOption('--name <name>', 'full name')
    .option('--external', 'a partner, not an employee')
    .action(
      operating(addOptions, (transport, options, login = '') => add(transport, options, { login, isGuest: false })),
    )
  withPerson(user.command('set <login>').description('change what the others see of a user'))
    .option('--name <name>', 'full name')
    .action(operating(setOptions, set))
  withCommon(user.command('list').description('list all users')).action(operating(commonOptions, list))
  withChange(user.command('disable <login>').description('end all sessions and refuse new ones')).action(
    does(
      changeOptions,
      'DisableUser',
      (_options, user) => ({ user }),
      (user) => ({ text: `${user} is disabled` }),
    ),
  )
  withChange(user.command('enable <login>').description('let a disabled user sign in again')).action(
    does(
      changeOptions,
      'EnableUser',
      (_options, user) => ({ user }),
      (user) => ({ text: `${user} is enabled` }),
    ),
  )
  withReason(user.command('password <login>').description('set a new password; ends all sessions')).action(
    operating(reasonOptions, setPassword),
  )
  const guest = program.command('guest').description('people from outside who have an account here')
  withPerson(
    guest.command('add <login>').description('add a guest; with an empty password nobody can sign in until one is set'),
  )
    .requiredOption('--name <name>', 'full name')
    .action(
      operating(addOptions, (transport, options, login = '') =>
        add(transport, { ...options, external: true }, { login, isGuest: true }),
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
  return givenOf(given)
}

type Newcomer = { readonly login: string; readonly isGuest: boolean }

async function add(
  transport: Transport,
  options: z.infer<typeof addOptions>,
  { login, isGuest }: Newcomer,
): Promise<Outcome> {
  if (isGuest && options.address === undefined) return { ok: false, code: 'usage', why: 'a guest needs --address' }
  const asked = options.dryRun ? undefined : await askNewPassword()
  if (asked?.ok === false) return refused(asked.why)
  const password = asked && !(isGuest && asked.value === '') ? asked.value : undefined
  const scope = options.external ? 'external' : 'internal'
  const person = { user: login, scope, ...personOf(options) }
  const given = { ...person, ...(password === undefined ? {} : { password }) }
  const later = `the password is not kept: kith-server user password ${login}, once the account is there`
  const telling = { value: { user: login, name: options.name, scope }, ...(password === undefined ? {} : { later }) }
  const outcome = await operate(transport, options, { name: 'AddUser', given }, telling)
  if (!outcome.ok) return outcome
  const address = await addressOf(transport, options.address, outcome.value)
  const value = { ...outcome.value, ...(address === undefined ? {} : { address }) }
  if (outcome.value.state !== 'done') return succeeded(outcome.text, value)
  const [, ...warnings] = outcome.text.split('\n')
  const named = address === undefined ? login : `${login}, ${address}`
  const text = `added ${named}${password === undefined ? ', without a password' : ''}`
  return succeeded([text, ...warnings].join('\n'), value)
}

/** Where none was given it is made from the organisation's domain; undefined where that is elsewhere and not to be seen. */
async function addressOf(
  transport: Transport,
  given: string | undefined,
  { user, state, changes }: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const made = state === 'done' ? await transport.call('GetUser', { user }, readings.user.output) : undefined
  if (made?.ok) return made.value.user.address
  const tried = triedForm.safeParse(changes)
  const domain = transport.administration?.config.domain
  return tried.data?.[0]?.after.address ?? given ?? (domain === undefined ? undefined : `${String(user)}@${domain}`)
}

/** What a dry run tells of the account that it would make. */
const triedForm = z.array(z.object({ after: z.object({ address: z.string() }) })).min(1)

function set(transport: Transport, options: SetOptions, login = ''): Promise<Outcome> {
  const changes = personOf(options)
  if (Object.keys(changes).length === 0)
    return Promise.resolve({ ok: false, code: 'usage', why: 'nothing to set: --name, --address, --department ...' })
  const asked = { name: 'SetUser', given: { user: login, changes } }
  return operate(transport, options, asked, { text: `${login} is changed` })
}

async function setPassword(transport: Transport, { why }: z.infer<typeof reasonOptions>, login = ''): Promise<Outcome> {
  const password = await askNewPassword()
  if (!password.ok) return refused(password.why)
  const given = { user: login, password: password.value, ...givenOf({ why }) }
  return told(await transport.call('SetPassword', given, z.object({})), () =>
    succeeded(`${login} has a new password`, {}),
  )
}

async function list(transport: Transport): Promise<Outcome> {
  const all = await allRows(
    transport,
    { name: 'ListUsers', given: {}, form: readings.users.output },
    (page) => page.users,
  )
  return told(all, ({ rows: found }) => {
    const users = found.map(({ expires, ...user }) => ({
      ...user,
      ...(expires === undefined ? {} : { expires: iso(expires) }),
    }))
    const rows = users.map(({ user, name, address, scope, state, department = '', sponsor = '', expires = '' }) => {
      return [user, name, address, scope, state, department, sponsor, expires]
    })
    const head = ['LOGIN', 'NAME', 'ADDRESS', 'SCOPE', 'STATE', 'DEPARTMENT', 'SPONSOR', 'EXPIRES']
    return succeeded(table([head, ...rows]), { users })
  })
}
