/** `kith-server init` */
import { z } from 'zod'
import { systemClock } from '../ground/clock.ts'
import { folderAt } from '../settings/folder.ts'
import { acting, type Given } from './command.ts'
import { needed, option, port, text } from './fields.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'
import { readStoreSettings } from './store.ts'

const initFields = {
  domain: needed('<domain>', 'mail domain of the organisation'),
  host: option(z.string().default('127.0.0.1'), '<name>', 'name or address under which clients reach this server'),
  listen: option(z.string().default('127.0.0.1'), '<address>', 'address to listen on'),
  port: option(port.default(8443), '<number>', 'HTTPS port'),
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
  'make a data folder: keys, certificate, settings, empty store',
  initFields,
  init,
)

async function init(options: Given<typeof initFields>): Promise<Outcome> {
  const { data, domain, host, listen, port: https, approve } = options
  const store = options.store === undefined ? undefined : await readStoreSettings(options.store)
  if (store?.ok === false) return unavailable(store.why)
  const settings = { listen, port: https, ...(approve && { approve }), ...(store && { store: store.value }) }
  const { initialise } = await import('../processes/init.ts')
  const made = await initialise(folderAt(data), { domain, host, settings }, systemClock())
  if (!made.ok) return unavailable(made.why)
  const { org, fingerprint } = made.value
  // Said at the one moment when it costs nothing: later the key has been in every back-up.
  const advice = `Take the root key off this machine with "kith-server key root export --to FILE": it is needed only to replace keys.`
  return succeeded(`${org} is ready in ${data}\n${advice}`, { org, fingerprint, data })
}
