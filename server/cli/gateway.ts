/** `kith-server gateway` and `kith-server gateway config postfix|dovecot` */
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { dovecotConfig, postfixConfig } from '../gateway/mail-server-config.ts'
import { readConfig } from '../settings/config.ts'
import { folderAt } from '../settings/folder.ts'
import { acting, commonOptions, withCommon } from './command.ts'
import { type Outcome, succeeded, unavailable } from './outcome.ts'

const runOptions = commonOptions.extend({ readyFd: z.number().int().min(1) })

/** As master.cf writes them; they stand between quotes of a shell. */
const service = z.string().regex(/^[A-Za-z0-9.:[\]_-]{1,100}$/, 'is no name of a service in master.cf')
const postfixOptions = commonOptions.extend({ mx: service, submission: z.array(service) })
const dovecotOptions = commonOptions.extend({
  queue: z.string().regex(/^\/[A-Za-z0-9./_+-]*$/, 'is no path of a folder'),
})

/** Adds `gateway`, which works at the server alone. */
export function addGatewayCommands(program: Command): void {
  const gateway = withCommon(
    program.command('gateway').description('the guard beside a mail server: policy service and filters, until ended'),
  )
  gateway
    // What follows `config` belongs to it: both have --data.
    .enablePositionalOptions()
    .option('--ready-fd <number>', 'file descriptor for the line that says it is ready', Number, 1)
    // Loaded only where it serves.
    .action(acting(runOptions, async (options) => (await import('./run-server.ts')).gateway(options)))
  const config = gateway.command('config').description('print the configuration for the mail server beside it')
  withCommon(config.command('postfix').description('a shell script of postconf calls'))
    .option('--mx <service>', 'service in master.cf for mail from the world', 'smtp')
    .option('--submission <services...>', 'services in master.cf for mail from users', ['submission'])
    .action(acting(postfixOptions, printPostfix))
  withCommon(config.command('dovecot').description('a file for conf.d'))
    .option('--queue <folder>', 'queue directory of Postfix', '/var/spool/postfix')
    .action(acting(dovecotOptions, async ({ queue }) => printed(dovecotConfig(queue))))
}

async function printPostfix({ data, mx, submission }: z.infer<typeof postfixOptions>): Promise<Outcome> {
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
