/** `kith-server gateway` and `kith-server gateway config postfix|dovecot` */
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { dovecotConfig, postfixConfig } from '../gateway/mail-server-config.ts'
import { readConfig } from '../settings/config.ts'
import { folderAt } from '../settings/folder.ts'
import { acting, type Entry, type Given, group } from './command.ts'
import { option, readyFd } from './fields.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

/** As master.cf writes them; they stand between quotes of a shell. */
const service = z.string().regex(/^[A-Za-z0-9.:[\]_-]{1,100}$/, 'is no name of a service in master.cf')
const folder = z.string().regex(/^\/[A-Za-z0-9./_+-]*$/, 'is no path of a folder')
const postfixFields = {
  mx: option(service.default('smtp'), '<service>', 'service in master.cf for mail from the world'),
  submission: option(
    z.array(service).default(['submission']),
    '<services...>',
    'services in master.cf for mail from users',
  ),
}
const dovecotFields = { queue: option(folder.default('/var/spool/postfix'), '<folder>', 'queue directory of Postfix') }

/** `gateway`, which works at the server alone. */
export const gatewayCommands: Entry = (program) => {
  const gateway = serving(program)
  // What follows `config` belongs to it: both have --data.
  configCommands(gateway.enablePositionalOptions())
  return gateway
}

const serving = acting(
  'gateway',
  'the guard beside a mail server: policy service and filters, until ended',
  { readyFd },
  // Loaded only where it serves.
  async (options) => (await import('./run-server.ts')).gateway(options),
)

const configCommands = group('config', 'print the configuration for the mail server beside it', [
  acting('postfix', 'a shell script of postconf calls', postfixFields, printPostfix),
  acting('dovecot', 'a file for conf.d', dovecotFields, async ({ queue }) => printed(dovecotConfig(queue))),
])

async function printPostfix({ data, mx, submission }: Given<typeof postfixFields>): Promise<Outcome> {
  const config = await readConfig(folderAt(data))
  if (!config.ok) return unavailable(config.why)
  // The gateway runs as whoever owns the data folder.
  const { uid: owner } = await stat(folderAt(data).path)
  const script = postfixConfig(config.value.gateway, { mx, submission, owner })
  return script.ok ? printed(script.value) : unavailable(script.why)
}

function printed(text: string): Outcome {
  return succeeded(text.trimEnd(), { text })
}
