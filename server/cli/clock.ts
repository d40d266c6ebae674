/** `kith-server clock`: whether this machine's clock may date what is signed, and the word of an administrator that it is right. */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../administration/administer.ts'
import { confirmClock, faultOfClock } from '../lists/signing-clock.ts'
import { policyFrom } from '../organisation/organisation.ts'
import { administering, reasonOptions, withReason } from './command.ts'
import { type Outcome, refused, succeeded } from './outcome.ts'
import { iso } from './reading.ts'

const clockOptions = reasonOptions.extend({ confirm: z.boolean().default(false) })

/** Adds `clock`, which is asked at the server: it is that machine's clock. */
export function addClockCommand(program: Command): void {
  withReason(program.command('clock').description("whether lists may be signed by this machine's clock"))
    .option('--confirm', 'the clock is right, though nothing was signed for long: sign again')
    .action(administering(clockOptions, tellClock))
}

async function tellClock(
  { store, config, clock, note }: Administration,
  { confirm, why = '' }: z.infer<typeof clockOptions>,
): Promise<Outcome> {
  const now = clock.now()
  if (confirm)
    await store.transaction(async (inside) => {
      await confirmClock(inside, now)
      await note(inside, { op: 'clock.confirm', target: iso(now), why })
    })
  const policy = policyFrom(await store.organisation.policy())
  const fault = await faultOfClock(store, { config, policy, now })
  return fault
    ? refused(`it is ${iso(now)} here; ${fault.why}`)
    : succeeded(`it is ${iso(now)}: lists are signed`, { now })
}
