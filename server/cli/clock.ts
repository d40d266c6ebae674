/** `kith-server clock`: whether this machine's clock may date what is signed, and the word of an administrator that it is right. */
import type { Administration } from '../administration/administer.ts'
import { confirmClock, faultOfClock } from '../lists/signing-clock.ts'
import { policyFrom } from '../organisation/organisation.ts'
import { administering, type Given } from './command.ts'
import { flag, reasonFields } from './fields.ts'
import { type Outcome, refused, succeeded } from './outcome.ts'
import { iso } from './reading.ts'

const clockFields = {
  ...reasonFields,
  confirm: flag('the clock is right, though nothing was signed for long: sign again'),
}

/** `clock`, which is asked at the server: it is that machine's clock. */
export const clockCommand = administering(
  'clock',
  "whether lists may be signed by this machine's clock",
  clockFields,
  tellClock,
)

async function tellClock(
  { store, config, clock, note }: Administration,
  { confirm, why = '' }: Given<typeof clockFields>,
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
