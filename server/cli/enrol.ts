/** `kith-server enrol --user U`: an enrolment code and its picture. */
import type { Command } from 'commander'
import { renderUnicodeCompact } from 'uqr'
import { z } from 'zod'
import { enrolmentForm } from '../../shared/administration/deeds.ts'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
import { operating, reasonOptions, withReason } from './command.ts'
import { type Outcome, succeeded, told } from './outcome.ts'
import { givenOf } from './reading.ts'
import type { Transport } from './transport.ts'

const enrolOptions = reasonOptions.extend({ user: z.string(), days: z.string(), url: z.string().optional() })

const maxDays = 90

/** Adds `enrol`; it works here and by a server elsewhere. */
export function addEnrolCommand(program: Command): void {
  withReason(program.command('enrol').description('print an enrolment code for one new device of a user'))
    .requiredOption('--user <login>', 'whose device')
    .option('--days <number>', 'how long the code may be used', '7')
    .option('--url <url>', 'address of the server, where the settings do not tell it')
    .action(operating(enrolOptions, enrol))
}

async function enrol(transport: Transport, options: z.infer<typeof enrolOptions>): Promise<Outcome> {
  const { user, why } = options
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > maxDays)
    return { ok: false, code: 'usage', why: `--days is a number from 1 to ${maxDays}` }
  const given = { user, days, ...givenOf({ why }) }
  return told(await transport.call('CreateEnrolment', given, enrolmentForm), ({ code }) => {
    const text = `${renderUnicodeCompact(code)}\n${code}\n\nFor one device of ${user}, within ${days} days.`
    const url = parseEnrolment(code)?.url
    return succeeded(text, { code, user, days, ...(url === undefined ? {} : { url }) })
  })
}
