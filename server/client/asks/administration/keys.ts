/** The organisation's keys, and what lets a user sign in: what the server alone can make. */
import type { ChangeFault } from '../../../../shared/fault-codes.ts'
import { fail, ok } from '../../../../shared/rpc.ts'
import { faultOfTaking, newEnrolment, newPassword } from '../../../administration/access.ts'
import { noteAs } from '../../../administration/audit.ts'
import { moveKeys, readKeysView } from '../../../administration/keys/key-desk.ts'
import { faultAt, type Refusal } from '../../../ground/refusals.ts'
import type { AskHandlers } from '../handler.ts'
import { plain } from './views.ts'

/** How long an enrolment code may be used. */
const enrolmentDays = 7

export const keyAsks: Pick<AskHandlers, 'admin.keys' | 'admin.keyStep' | 'admin.access'> = {
  'admin.keys': async ({ policy }) => {
    const keys = await readKeysView(policy)
    return keys.ok ? ok({ ...keys.value, keys: [...keys.value.keys] }) : fail('busy')
  },

  'admin.keyStep': async ({ policy, log }, { user, device }, { step, why }) => {
    log.info('keys', { user: user.id, device: device.id, kind: step.step })
    const moved = await moveKeys(policy, step, { why: plain(why.trim()), who: user.id, via: 'desktop' })
    return ok(moved.ok ? { state: 'manifest', ...moved.value } : refused(moved))
  },

  /** The answer is sealed to the caller's device; of what is in it only the hashes are kept. */
  'admin.access': async (service, caller, { user, give, why }) => {
    const note = noteAs({ clock: service.clock, who: caller.user.id, via: 'desktop' })
    const taken = await faultOfTaking(service.store, { user, who: caller.user.id })
    if (taken) return ok(refused(taken))
    const wanted = { user, why: plain(why.trim()) }
    const code = give.includes('enrolment')
      ? await newEnrolment({ ...service, note }, { ...wanted, days: enrolmentDays })
      : undefined
    if (code?.ok === false) return ok(refused(code))
    const password = give.includes('password') ? await newPassword({ ...service, note }, wanted) : undefined
    if (password?.ok === false) return ok(refused(password))
    return ok({
      state: 'given',
      ...(password ? { password: password.value } : {}),
      ...(code ? { enrolment: code.value } : {}),
    })
  },
}

function refused(refusal: Refusal): { readonly state: 'refused'; readonly faults: ChangeFault[] } {
  return { state: 'refused', faults: [faultAt(0, refusal)] }
}
