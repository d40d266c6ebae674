/** `kith-server user add|set|list|disable|enable|password` and `kith-server guest add` */
import { z } from 'zod'
import { readings } from '../../shared/administration/readings.ts'
import { namingOf } from '../administration/naming.ts'
import { allRows } from './all-rows.ts'
import { does, operate } from './changing.ts'
import { type Given, group, operating } from './command.ts'
import { changeFields, flag, needed, reasonFields, text, word } from './fields.ts'
import { misused, type Outcome, refused, succeeded, told } from './outcome.ts'
import { askNewPassword } from './password.ts'
import { askReading, givenOf, iso, listed, listing } from './reading.ts'
import type { Transport } from './transport.ts'

const user = word('<login>')
const personFields = {
  ...changeFields,
  user,
  address: text('<address>', 'mail address; without: login at the domain of the organisation'),
  department: text('<name>', 'department'),
  sponsor: text('<login>', 'the employee who answers for a guest'),
  expires: text('<date>', 'when the account ends: a date such as 2030-01-31, or "never"'),
}
const newFields = { ...personFields, name: needed('<name>', 'full name') }
const setFields = { ...personFields, name: text('<name>', 'full name') }
const passwordFields = { ...reasonFields, user }

/** `user`; it works here and by a server elsewhere. */
export const userCommands = group('user', 'people who may sign in', [
  operating(
    'add',
    'add a user; the password is asked for or read from standard input, unless the mail server checks passwords',
    { ...newFields, external: flag('a partner, not an employee') },
    (transport, { external, ...given }) => add(transport, given, external === true ? 'external' : 'internal'),
  ),
  operating('set', 'change what the others see of a user', setFields, set),
  operating('list', 'list all users', {}, list),
  does('disable', 'end all sessions and refuse new ones', {
    by: 'DisableUser',
    takes: { user },
    telling: ({ user: login }) => ({ text: `${login} is disabled` }),
  }),
  does('enable', 'let a disabled user sign in again', {
    by: 'EnableUser',
    takes: { user },
    telling: ({ user: login }) => ({ text: `${login} is enabled` }),
  }),
  operating('password', 'set a new password; ends all sessions', passwordFields, setPassword),
])

/** `guest`, likewise. */
export const guestCommands = group('guest', 'people from outside who have an account here', [
  operating(
    'add',
    'add a guest; with an empty password nobody can sign in until one is set',
    newFields,
    async (transport, given) =>
      given.address === undefined ? misused('a guest needs --address') : add(transport, given, 'guest'),
  ),
])

function personOf({ name, address, department, sponsor, expires }: Partial<Given<typeof setFields>>) {
  return givenOf({ name, address, department, sponsor, expires })
}

async function add(
  transport: Transport,
  options: Given<typeof newFields>,
  kind: 'internal' | 'external' | 'guest',
): Promise<Outcome> {
  const { user: login, name } = options
  const { administration } = transport
  // Where the mail server checks passwords there is none of ours to ask for.
  const isElsewhere = administration?.config.accounts.verify === 'imap'
  const asked = options.dryRun || isElsewhere ? undefined : await askNewPassword()
  if (asked?.ok === false) return refused(asked.why)
  // Of a server that is not here nobody knows who checks its passwords: an empty one stands for none.
  const mayBeNone = kind === 'guest' || administration === undefined
  const password = asked && !(mayBeNone && asked.value === '') ? asked.value : undefined
  const scope = kind === 'guest' ? 'external' : kind
  const given = { user: login, scope, ...personOf(options), ...givenOf({ password }) }
  const later = `the password is not kept: kith-server user password ${login}, once the account is there`
  const telling = { value: { user: login, name, scope }, ...(password === undefined ? {} : { later }) }
  const outcome = await operate(transport, options, { name: 'AddUser', given }, telling)
  if (!outcome.ok) return outcome
  const address = await addressOf(transport, options.address, outcome.value)
  const value = { ...outcome.value, ...givenOf({ address }) }
  if (outcome.value.state !== 'done') return succeeded(outcome.text, value)
  const [, ...warnings] = outcome.text.split('\n')
  const named = address === undefined ? login : `${login}, ${address}`
  const without = isElsewhere ? ', whose password the mail server checks' : ', without a password'
  const first = `added ${named}${password === undefined ? without : ''}`
  return succeeded([first, ...warnings].join('\n'), value)
}

/** Where none was given it is made from the organisation's domain; undefined where that is elsewhere and not to be seen. */
async function addressOf(
  transport: Transport,
  given: string | undefined,
  { user, state, changes }: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const made = state === 'done' ? await askReading(transport, readings.user, { user }) : undefined
  if (made?.ok) return made.value.user.address
  const tried = triedForm.safeParse(changes)
  const domain = transport.administration?.config.domain
  return tried.data?.[0]?.after.address ?? given ?? (domain === undefined ? undefined : `${String(user)}@${domain}`)
}

/** What a dry run tells of the account that it would make. */
const triedForm = z.array(z.object({ after: z.object({ address: z.string() }) })).min(1)

async function set(transport: Transport, options: Given<typeof setFields>): Promise<Outcome> {
  const { user: login } = options
  const changes = personOf(options)
  if (Object.keys(changes).length === 0) return misused('nothing to set: --name, --address, --department ...')
  const asked = { name: 'SetUser', given: { user: login, changes } }
  return operate(transport, options, asked, { text: `${login} is changed` })
}

async function setPassword(transport: Transport, { user: login, why }: Given<typeof passwordFields>): Promise<Outcome> {
  const password = await askNewPassword()
  if (!password.ok) return refused(password.why)
  const given = givenOf({ user: login, password: password.value, why })
  return told(await transport.call('SetPassword', given, z.object({})), () =>
    succeeded(`${login} has a new password`, {}),
  )
}

async function list(transport: Transport): Promise<Outcome> {
  const answer = await allRows(transport, [readings.users, {}], (page) => page.users)
  // Everybody is among the rows: a sponsor's name is there already.
  const names = new Map(answer.ok ? answer.value.rows.map(({ user: id, name }) => [`user:${id}`, { id, name }]) : [])
  return told(answer, ({ rows }) => {
    const users = rows.map(({ expires, ...one }) => ({
      ...one,
      ...(expires === undefined ? {} : { expires: iso(expires) }),
    }))
    const { person } = namingOf(names)
    const shown = users.map((one) => ({ ...one, sponsor: one.sponsor === undefined ? '' : person(one.sponsor) }))
    return listed(
      listing('users', users, 'LOGIN=user, NAME, ADDRESS, SCOPE, STATE, DEPARTMENT, SPONSOR, EXPIRES', shown),
    )
  })
}
