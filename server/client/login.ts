/** Login: verify first, list later (protocol.md 5.3 and 5.4). */
import type { Checked } from '../../shared/failures.ts'
import type { SoapFault } from '../../shared/soap/faults.ts'
import { operations, readContext, readFields, writeFields } from '../../shared/soap/operations.ts'
import { fromBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Login, makeLoginAnswer, openLogin } from '../../shared/whitelist/login.ts'
import { verifyRequest } from '../../shared/whitelist/request.ts'
import type { Account, LoginFault } from '../accounts/accounts.ts'
import { admitDevice } from '../accounts/admit-device.ts'
import { halfOf } from '../accounts/halves.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { ServingKeys } from '../keys/key-ring.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'

/**
 * Answers Login: checks nonce, password and device, in this order, and opens a session. What the device has to know
 * of it, its account and its list is sealed for it.
 */
export async function login(service: Service, call: Call): Promise<CallAnswer> {
  // One look for the whole call: it is answered by the keys that opened it, also where these are replaced meanwhile.
  const keys = await service.keys.current()
  const opened = openCall(keys, call)
  if (!opened.ok) return opened
  const { value: asked } = opened
  // Used up before the password is looked at: a recorded login cannot be sent a second time.
  if (!(await service.store.sessions.takeNonce(asked.sNon, service.clock.now()))) return fault('StaleNonce')
  const deviceBox = fromBase64(asked.DboxPk, 32)
  // With a key of low order everybody would know the secret that seals this device's answers (protocol.md 2).
  if (!deviceBox || !primitives.boxKey(deviceBox, randomBytes(32))) return fault('BadRequest')
  // Its signature was checked: whether the account knows it decides whose tries this login uses up.
  const device = { id: asked.dev, key: asked.DsigPk, ...(asked.code === undefined ? {} : { code: asked.code }) }
  const checked = await service.accounts.check(asked.usr, asked.pw, call.ip, device)
  service.metrics.login(checked.ok ? 'ok' : checked.fault.kind)
  if (!checked.ok) return refusal(checked.fault)
  const admitted = await admitDevice(service, checked.value.id, asked)
  service.log.info('login', { user: checked.value.id, device: asked.dev, kind: admitted })
  if (admitted === 'otherKeys') return fault('BadSignature')
  // The same answer as to a wrong password: nobody learns that the password was right.
  if (admitted === 'wrongCode' || admitted === 'tooMany') return fault('AuthFailed')
  if (admitted !== 'active') return fault(admitted === 'pending' ? 'DevicePending' : 'DeviceRevoked')
  return answer(service, { asked, account: checked.value, deviceBox, freshSeed: keys.fresh.secret })
}

/** The sealed question, signed by the very device that it names. */
function openCall({ server }: ServingKeys, { envelope }: Call): Checked<Login, SoapFault> {
  const context = readContext(envelope.header)
  const sealed = readFields(operations.Login.request, envelope.fields)?.sealed
  const secrets = server.map(({ secret }) => secret)
  const asked = sealed && openLogin(primitives, sealed, secrets)
  if (!context || !sealed || !asked || asked.dev !== context.dev) return fault('BadRequest')
  const key = fromBase64(asked.DsigPk, 32)
  const signed = { action: 'Login' as const, sid: context.sid, bytes: sealed }
  return key && verifyRequest(primitives, signed, context.sig, key) ? { ok: true, value: asked } : fault('BadSignature')
}

function refusal(found: LoginFault): CallAnswer {
  if (found.kind === 'authFailed') return fault('AuthFailed')
  const { retryAfter } = found
  if (found.kind === 'busy') return fault('Busy', { retryAfter })
  if (found.kind === 'unchecked') return fault('Busy', { retryAfter, why: 'mailServer' })
  // Strangers used up what strangers have: with an enrolment code nobody has to wait for them.
  return fault('Locked', { retryAfter, ...(found.by === 'device' ? {} : { why: 'strangers' as const }) })
}

type Admitted = {
  readonly asked: Login
  readonly account: Account
  readonly deviceBox: Uint8Array
  readonly freshSeed: Uint8Array
}

async function answer(service: Service, { asked, account, deviceBox, freshSeed }: Admitted): Promise<CallAnswer> {
  const list = await service.store.lists.ofUser(account.id)
  if (!list) return fault('Internal')
  const half = await halfOf(service, account.id, asked.dev)
  const session = await service.sessions.open(account.id, asked.dev)
  const { id: user, name, address } = account
  const told = {
    t: 'session' as const,
    ...session,
    usr: user,
    name,
    address,
    dev: asked.dev,
    lst: list.id,
    mail: service.mail,
    ...(half === undefined ? {} : { half }),
  }
  const { sealed, signature } = makeLoginAnswer(primitives, told, asked, {
    freshSeed,
    deviceBox,
    random: randomBytes,
  })
  return { ok: true, value: writeFields({ sealed, sig: signature }) }
}
