/** `kith-server enrol --user U`: an enrolment code and its picture. */
import { renderUnicodeCompact } from 'uqr'
import { z } from 'zod'
import { enrolmentForm } from '../../shared/administration/deeds.ts'
import { parseEnrolment } from '../../shared/whitelist/enrolment.ts'
import { type Given, operating } from './command.ts'
import { needed, option, reasonFields, text } from './fields.ts'
import { misused, type Outcome, succeeded, told } from './outcome.ts'
import { givenOf } from './reading.ts'
import type { Transport } from './transport.ts'

/** The operation refuses more as well; here it is said in words of the command. */
const maxDays = 90

const enrolFields = {
  ...reasonFields,
  user: needed('<login>', 'whose device'),
  days: option(z.string().default('7'), '<number>', 'how long the code may be used'),
  url: text('<url>', 'address of the server, where the settings do not tell it'),
}

/** `enrol`; it works here and by a server elsewhere. */
export const enrolCommand = operating(
  'enrol',
  'print an enrolment code for one new device of a user',
  enrolFields,
  enrol,
)

async function enrol(transport: Transport, options: Given<typeof enrolFields>): Promise<Outcome> {
  const { user, why } = options
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > maxDays) return misused(`--days is a number from 1 to ${maxDays}`)
  const given = givenOf({ user, days, why })
  return told(await transport.call('CreateEnrolment', given, enrolmentForm), ({ code }) => {
    const shown = `${renderUnicodeCompact(code)}\n${code}\n\nFor one device of ${user}, within ${days} days.`
    return succeeded(shown, givenOf({ code, user, days, url: parseEnrolment(code)?.url }))
  })
}
