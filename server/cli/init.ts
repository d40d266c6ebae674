/** `kith-server init` */
import { renderUnicodeCompact } from 'uqr'
import { z } from 'zod'
import { enrolmentForm } from '../../shared/administration/deeds.ts'
import { systemClock } from '../ground/clock.ts'
import type { Done } from '../ground/refusals.ts'
import { whyNotReached } from '../settings/config.ts'
import { folderAt } from '../settings/folder.ts'
import { change, operate } from './changing.ts'
import { acting, type Given } from './command.ts'
import { needed, option, port, text } from './fields.ts'
import { misused, type Outcome, refused, succeeded, told, unavailable } from './outcome.ts'
import { askNewPassword } from './password.ts'
import { readStoreSettings } from './store.ts'

const initFields = {
  domain: needed('<domain>', 'mail domain of the organisation'),
  host: option(z.string().default('127.0.0.1'), '<name>', 'name or address under which clients reach this server'),
  listen: option(
    z.string().default('127.0.0.1'),
    '<address>',
    'address to listen on; 0.0.0.0 or :: for clients on other machines',
  ),
  port: option(port.default(8443), '<number>', 'HTTPS port'),
  admin: text('<login>', 'adds an administrator: asks for a password, prints an enrolment code'),
  name: text('<name>', 'full name of that administrator; without: the login'),
  store: text('<file>', 'file with the settings of a PostgreSQL database, as under "store" in config.json'),
  approve: option(
    z.enum(['auto', 'enrolled', 'manual']).optional(),
    '<policy>',
    'which new devices need no administrator',
  ),
}

/** `init`, which makes a folder that is not there yet. */
export const initCommand = acting(
  'init',
  'make a data folder: keys, certificate, settings, empty store; with --admin the first administrator, too',
  initFields,
  init,
)

async function init(options: Given<typeof initFields>): Promise<Outcome> {
  const { data, domain, host, listen, port: https, approve, admin, name } = options
  if (admin === undefined && name !== undefined) return misused('--name is the administrator’s: say --admin, too')
  // The code names the server's address.
  if (admin !== undefined && https === 0) return misused('--admin needs a port that stays: not --port 0')
  const store = options.store === undefined ? undefined : await readStoreSettings(options.store)
  if (store?.ok === false) return unavailable(store.why)
  const person = admin === undefined ? undefined : await personOf(admin, name)
  if (person?.ok === false) return refused(person.why)
  const settings = { listen, port: https, ...(approve && { approve }), ...(store && { store: store.value }) }
  const { initialise } = await import('../processes/init.ts')
  const made = await initialise(folderAt(data), { domain, host, settings }, systemClock())
  if (!made.ok) return unavailable(made.why)
  const { org, fingerprint } = made.value
  const doubt = whyNotReached({ host, listen, proxies: [] })
  // Said at the one moment when it costs nothing: later the key has been in every back-up.
  const advice = `Take the root key off this machine with "kith-server key root export --to FILE": it is needed only to replace keys.`
  const lines = [`${org} is ready in ${data}`, advice, ...(doubt === undefined ? [] : [doubt])]
  const value = { org, fingerprint, data, ...(doubt === undefined ? {} : { doubt }) }
  if (!person) return succeeded(lines.join('\n'), value)
  const added = await addAdministrator(data, person.value)
  if (!added.ok) return added
  return succeeded([...lines, added.text].join('\n'), { ...value, ...added.value })
}

type Person = { readonly user: string; readonly name: string; readonly password: string }

/** Asked for and looked at first: a refusal leaves no folder behind. */
async function personOf(user: string, name = user): Promise<Done<Person>> {
  const { faultOfLogin } = await import('../administration/changes/users.ts')
  const { faultOfPassword } = await import('../administration/passwords.ts')
  const unfit = faultOfLogin(user)
  if (unfit) return unfit
  const password = await askNewPassword()
  if (!password.ok) return password
  return faultOfPassword(password.value) ?? { ok: true, value: { user, name, password: password.value } }
}

/** By the operations that the other commands use. */
async function addAdministrator(data: string, { user, name, password }: Person): Promise<Outcome> {
  const { openTransport } = await import('./open-transport.ts')
  const opened = await openTransport({ data })
  if (!opened.ok) return opened.fault
  const { transport, close } = opened.value
  try {
    const added = await operate(transport, {}, { name: 'AddUser', given: { user, name, scope: 'internal', password } })
    if (!added.ok) return added
    const raised = await change(transport, {}, [{ op: 'role.set', user, role: 'administrator' }])
    if (!raised.ok) return raised
    return told(await transport.call('CreateEnrolment', { user }, enrolmentForm), ({ code }) => {
      const shown = `${renderUnicodeCompact(code)}\n${code}\n\nFor one device of ${user}, who is an administrator, within 7 days.`
      return succeeded(shown, { admin: user, code })
    })
  } finally {
    await close()
  }
}
