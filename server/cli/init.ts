/** `kith-server init` */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { systemClock } from '../ground/clock.ts'
import { folderAt } from '../settings/folder.ts'
import { acting, commonOptions, readPort, withCommon } from './command.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'
import { readStoreSettings } from './store.ts'

const initOptions = commonOptions.extend({
  domain: z.string(),
  host: z.string(),
  listen: z.string(),
  port: z.number(),
  store: z.string().optional(),
  approve: z.enum(['auto', 'enrolled', 'manual']).optional(),
})

/** Adds `init`, which makes a folder that is not there yet. */
export function addInitCommand(program: Command): void {
  withCommon(program.command('init').description('make a data folder: keys, certificate, settings, empty store'))
    .requiredOption('--domain <domain>', 'mail domain of the organisation')
    .option('--host <name>', 'name or address under which clients reach this server', '127.0.0.1')
    .option('--listen <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'HTTPS port', readPort, 8443)
    .option('--store <file>', 'file with the settings of a PostgreSQL database, as under "store" in config.json')
    .addOption(
      new Option('--approve <policy>', 'which new devices need no administrator').choices([
        'auto',
        'enrolled',
        'manual',
      ]),
    )
    .action(acting(initOptions, init))
}

async function init(options: z.infer<typeof initOptions>): Promise<Outcome> {
  const { data, domain, host, listen, port, approve } = options
  const store = options.store === undefined ? undefined : await readStoreSettings(options.store)
  if (store?.ok === false) return unavailable(store.why)
  const settings = { listen, port, ...(approve && { approve }), ...(store && { store: store.value }) }
  const { initialise } = await import('../processes/init.ts')
  const made = await initialise(folderAt(data), { domain, host, settings }, systemClock())
  if (!made.ok) return unavailable(made.why)
  const { org, fingerprint } = made.value
  const advice = `Take the root key off this machine with "kith-server key root export --to FILE": it is needed only to replace keys.`
  return succeeded(`${org} is ready in ${data}\n${advice}`, { org, fingerprint, data })
}
