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
import { newTotpSecret, totpUri } from '../../../accounts/totp.ts'
import type { Service } from '../../service.ts'
import type { AskCaller, AskHandlers } from '../handler.ts'

type Names = 'admin.state' | 'admin.setUp' | 'admin.confirm' | 'admin.open' | 'admin.close'

/** In the order of use: at first state, set-up, confirm; from then on state, open, close. */
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
    const typed = { user: caller.user.id, device: caller.device.id, sid: caller.sid, code }
    const verdict = await confirmCode(service, typed)
    if (verdict.ok) service.log.info('second factor set up', { user: caller.user.id, device: caller.device.id })
    return told(service, caller, verdict)
  },

  'admin.open': async (service, caller, { password = '', code = '' }) => {
    const { step, totp } = await stateOf(service, caller)
    const typed = { user: caller.user.id, device: caller.device.id, sid: caller.sid, code }
    if (totp) return told(service, caller, await openByCode(service, typed))
    // An administrator without an authenticator sets one up first; the password alone opens for lesser roles.
    if (step === 'setUp') return fail('secondFactor')
    const checked = await checkPassword(service, caller, password)
    if (!checked.ok) return checked
    await openAdmin(service, caller.sid)
    return told(service, caller, { ok: true })
  },

  'admin.close': async (service, caller) => {
    await closeAdmin(service, caller.sid)
    return ok(await stateOf(service, caller))
  },
}

async function stateOf(service: Service, { user, role = 'auditor', sid }: AskCaller): Promise<AdminState> {
  const totp = ((await service.store.administration.role(user.id))?.totp ?? '') !== ''
  const until = await adminUntil(service, sid)
  if (until !== undefined) return { role, step: 'open', totp, until }
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
  service.log.warn('administration not opened', { user: user.id, device: device.id, kind: verdict.kind })
  if (verdict.kind === 'wait') return fail('tooManyAttempts', { retryAfter: verdict.retryAfter })
  return fail(verdict.kind === 'wrong' ? 'codeWrong' : 'secondFactor')
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
  if (checked.kind === 'authFailed') return fail('authFailed')
  return fail(notChecked[checked.kind], { retryAfter: checked.retryAfter })
}
