/** `kith-server enrol --user U`: an enrolment code and its picture. */
import type { Command } from 'commander'
import { renderUnicodeCompact } from 'uqr'
import { z } from 'zod'
import { newEnrolment } from '../administration/access.ts'
import type { Administration } from '../administration/administer.ts'
import { readTls } from '../keys/tls.ts'
import { urlOf } from '../settings/config.ts'
import { administering, reasonOptions, withReason } from './command.ts'
import { type Outcome, refused, succeeded, unavailable } from './outcome.ts'

const enrolOptions = reasonOptions.extend({ user: z.string(), days: z.string(), url: z.string().optional() })

const maxDays = 90

export function addEnrolCommand(program: Command): void {
  withReason(program.command('enrol').description('print an enrolment code for one new device of a user'))
    .requiredOption('--user <login>', 'whose device')
    .option('--days <number>', 'how long the code may be used', '7')
    .option('--url <url>', 'address of the server, where the settings do not tell it')
    .action(administering(enrolOptions, enrol))
}

async function enrol(administration: Administration, options: z.infer<typeof enrolOptions>): Promise<Outcome> {
  const { store, config } = administration
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > maxDays)
    return { ok: false, code: 'usage', why: `--days is a number from 1 to ${maxDays}` }
  const user = await store.users.get(options.user)
  if (user?.state !== 'active') return refused(`there is no user ${JSON.stringify(options.user)} who may sign in`)
  const tls = await readTls(administration)
  if (!tls.ok) return unavailable(tls.why)
  const url = options.url ?? urlOf(config)
  if (url === undefined) return { ok: false, code: 'usage', why: 'the settings name no port: tell --url' }
  const access = { ...administration, url: () => url, cert: tls.value.cert }
  const made = await newEnrolment(access, { user: user.id, why: options.why ?? '', days })
  if (!made.ok) return refused(made.why)
  const { code } = made.value
  const text = `${renderUnicodeCompact(code)}\n${code}\n\nFor one device of ${user.id}, within ${days} days.`
  return succeeded(text, { code, user: user.id, days, url })
}
