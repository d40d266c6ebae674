/** The way into the administration: an authenticator, or the password again. */
import type { AdminState } from '../../../../shared/administration.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import {
  adminUntil,
  type CodeVerdict,
  closeAdmin,
  confirmCode,
  keepSecret,
  openAdmin,
  openByCode,
} from '../../../accounts/admin-session.ts'
import { makeRecoveryCodes } from '../../../accounts/recovery-codes.ts'
import { newTotpSecret, totpUri } from '../../../accounts/totp.ts'
import { userActor } from '../../../administration/actor.ts'
import { noteAs } from '../../../administration/audit.ts'
import type { Store } from '../../../store/store.ts'
import type { Service } from '../../service.ts'
import type { AskCaller, AskHandlers } from '../handler.ts'

type Names = `admin.${'state' | 'setUp' | 'confirm' | 'open' | 'close' | 'recoveryCodes'}`

/** In the order of use: at first state, set-up, confirm; from then on state, open, close; recovery codes from within. */
export const openingAsks: Pick<AskHandlers, Names> = {
  'admin.state': async (service, caller) => ok(await stateOf(service, caller)),

  /** A second authenticator only from within: whoever has the password alone must not replace the first. */
  'admin.setUp': async (service, caller, { password }) => {
    const { totp, step } = await stateOf(service, caller)
    if (totp && step !== 'open') return fail('secondFactor')
    // The session alone is not enough: somebody may have found the device unlocked.
    const checked = await checkPassword(service, caller, password)
    if (!checked.ok) return checked
    // It counts once a code of it has come: a picture that was never scanned must not lock anybody out.
    const secret = newTotpSecret()
    await keepSecret(service, caller.sid, secret)
    return ok({ secret, uri: totpUri(secret, `Kith ${service.config.org}`, caller.user.id) })
  },

  'admin.confirm': async (service, caller, { code }) => {
    const verdict = await confirmCode(service, typedBy(service, caller, code))
    if (verdict.ok) service.log.info('second factor set up', { user: caller.user.id, device: caller.device.id })
    const state = await told(service, caller, verdict)
    return state.ok && verdict.ok && verdict.value.codes
      ? ok({ ...state.value, codes: [...verdict.value.codes] })
      : state
  },

  /** For oneself alone: with another's codes one person would be two. */
  'admin.recoveryCodes': async (service, caller, { password }) => {
    const { totp } = await stateOf(service, caller)
    if (!totp) return fail('secondFactor')
    // The open administration is not enough: somebody may have found it so.
    const checked = await checkPassword(service, caller, password)
    if (!checked.ok) return checked
    const { id: user } = caller.user
    const codes = await service.store.transaction(async (inside) => {
      await notedBy(service, caller)(inside, 'recovery.make')
      return makeRecoveryCodes(inside, user, service.clock.now())
    })
    service.log.info('recovery codes made', { user, device: caller.device.id })
    return ok({ codes: [...codes] })
  },

  'admin.open': async (service, caller, { password = '', code = '' }) => {
    const { step, totp } = await stateOf(service, caller)
    if (totp) {
      const verdict = await openByCode(service, typedBy(service, caller, code))
      const state = await told(service, caller, verdict)
      return state.ok && verdict.ok && verdict.value.recovered === true
        ? ok({ ...state.value, recovered: true })
        : state
    }
    // An administrator without an authenticator sets one up first; the password alone opens for lesser roles.
    if (step === 'setUp') return fail('secondFactor')
    const checked = await checkPassword(service, caller, password)
    if (!checked.ok) return checked
    await openAdmin(service, caller.sid)
    return told(service, caller, ok({}))
  },

  'admin.close': async (service, caller) => {
    await closeAdmin(service, caller.sid)
    return ok(await stateOf(service, caller))
  },
}

function typedBy(service: Service, caller: AskCaller, code: string) {
  const { user, device, sid } = caller
  return { user: user.id, device: device.id, sid, code, noted: notedBy(service, caller) }
}

/** A line of the log about one's own recovery codes. */
function notedBy({ clock }: Service, { user }: AskCaller) {
  const note = noteAs({ clock, ...userActor(user.id) })
  return (inside: Store, op: 'recovery.make' | 'recovery.use') => note(inside, { op, target: user.id })
}

async function stateOf(service: Service, { user, role = 'auditor', sid }: AskCaller): Promise<AdminState> {
  const totp = ((await service.store.administration.role(user.id))?.totp ?? '') !== ''
  const until = await adminUntil(service, sid)
  if (until !== undefined) {
    const recovery = totp ? { recovery: await service.store.administration.recoveries(user.id) } : {}
    return { role, step: 'open', totp, until, ...recovery }
  }
  const step = totp ? 'code' : role === 'administrator' && service.authenticator !== 'spared' ? 'setUp' : 'password'
  return { role, step, totp }
}

async function told(
  service: Service,
  caller: AskCaller,
  verdict: CodeVerdict,
): Promise<Result<AdminState, 'tooManyAttempts' | 'codeWrong' | 'secondFactor'>> {
  const { user, device } = caller
  if (verdict.ok) {
    service.log.info('administration opened', { user: user.id, device: device.id })
    return ok(await stateOf(service, caller))
  }
  const { fault } = verdict
  service.log.warn('administration not opened', { user: user.id, device: device.id, kind: fault.kind })
  if (fault.kind === 'wait') return fail('tooManyAttempts', { retryAfter: fault.retryAfter })
  return fail(fault.kind === 'wrong' ? 'codeWrong' : 'secondFactor')
}

/** Why a password was not looked at. */
const notChecked = { locked: 'tooManyAttempts', busy: 'busy', unchecked: 'passwordsUnchecked' } as const

/** By the same rules as at sign-in, on the tries of the device that asks. */
async function checkPassword(
  { accounts }: Service,
  { user, device, ip }: AskCaller,
  password: string,
): Promise<Result<true, (typeof notChecked)[keyof typeof notChecked] | 'authFailed'>> {
  const checked = await accounts.check(user.id, password, ip, { id: device.id, key: device.dsig })
  if (checked.ok) return ok(true)
  const { fault } = checked
  if (fault.kind === 'authFailed') return fail('authFailed')
  return fail(notChecked[fault.kind], { retryAfter: fault.retryAfter })
}
