/**
 * The administration that is opened within a signed-in device's session: by a code of the authenticator, or by the
 * password where the role needs none. It lives in the session's row, so that every process of the server knows it, and
 * ends with the session.
 */
import { type Checked, ok } from '../../shared/failures.ts'
import type { Clock } from '../ground/clock.ts'
import { hashOf } from '../ground/hash.ts'
import type { Store } from '../store/store.ts'
import type { SessionRow } from '../store/tables.ts'
import { accountLimit, attemptsLock, countAttempt, noAttempts } from './attempt-limit.ts'
import { isProven, remember } from './proven.ts'
import { makeRecoveryCodes, spendRecoveryCode } from './recovery-codes.ts'
import { stepOfCode } from './totp.ts'

const lifeMs = 60 * 60_000
const idleMs = 15 * 60_000
/** The end by idleness is written at most this often. */
const touchEveryMs = 60_000

type Dependencies = { readonly store: Store; readonly clock: Clock }

/** When it ends whatever happens; undefined: it is not open. `touch`: it was used. */
export async function adminUntil(
  { store, clock }: Dependencies,
  sid: string,
  touch = false,
): Promise<number | undefined> {
  const row = await store.sessions.get(hashOf(sid))
  const now = clock.now()
  if (!row || row.admin <= now || row.admin_idle <= now) return undefined
  if (touch && row.admin_idle < now + idleMs - touchEveryMs)
    await store.sessions.setAdmin(row.hash, { admin_idle: now + idleMs })
  return row.admin
}

/** Opens the administration in the session `sid`: for an hour, or until a quarter of an hour without use. */
export function openAdmin({ store, clock }: Dependencies, sid: string): Promise<void> {
  const now = clock.now()
  return store.sessions.setAdmin(hashOf(sid), { admin: now + lifeMs, admin_idle: now + idleMs })
}

/** Closes the administration in the session `sid`; the session itself goes on. */
export function closeAdmin({ store }: Pick<Dependencies, 'store'>, sid: string): Promise<void> {
  return store.sessions.setAdmin(hashOf(sid), { admin: 0, admin_idle: 0 })
}

/** The secret waits in the session for its first code. */
export function keepSecret({ store }: Pick<Dependencies, 'store'>, sid: string, totp: string): Promise<void> {
  return store.sessions.setAdmin(hashOf(sid), { totp })
}

/** `codes`: recovery codes that were made. `recovered`: a recovery code opened. */
type Opened = { readonly codes?: readonly string[]; readonly recovered?: boolean }
/** `nothing`: no authenticator is set up, or none waits for its first code. `retryAfter`: milliseconds. */
type CodeFault = { readonly kind: 'wrong' | 'nothing' } | { readonly kind: 'wait'; readonly retryAfter: number }
/** What a code comes to. */
export type CodeVerdict = Checked<Opened, CodeFault>

type Typed = {
  readonly user: string
  readonly device: string
  readonly sid: string
  readonly code: string
  /** Puts into the log what happened to the recovery codes, in the transaction in which it happens. */
  readonly noted: (inside: Store, op: 'recovery.make' | 'recovery.use') => Promise<void>
}

/** Opens by a code of the authenticator that is set up, or by a recovery code; both on the same budget of tries. */
export function openByCode(dependencies: Dependencies, typed: Typed): Promise<CodeVerdict> {
  const { user, sid, code, noted } = typed
  return limited(dependencies, typed, async (inside) => {
    const role = await inside.administration.role(user)
    if (!role || role.totp === '') return { ok: false, fault: { kind: 'nothing' } }
    const step = stepOfCode(role.totp, code, dependencies.clock.now())
    // A code opens once, whichever process is asked: also one that was seen over a shoulder.
    const isCode = step !== undefined && (await inside.administration.takeTotpStep(user, step))
    const recovered = !isCode && (await spendRecoveryCode(inside, user, code))
    if (!isCode && !recovered) return { ok: false, fault: { kind: 'wrong' } }
    if (recovered) await noted(inside, 'recovery.use')
    await openAdmin({ ...dependencies, store: inside }, sid)
    return ok({ recovered })
  })
}

/** The first code of a new authenticator puts it in force, with recovery codes of its own, and opens. */
export function confirmCode(dependencies: Dependencies, typed: Typed): Promise<CodeVerdict> {
  const { user, sid, code, noted } = typed
  return limited(dependencies, typed, async (inside) => {
    const role = await inside.administration.role(user)
    const session: SessionRow | undefined = await inside.sessions.get(hashOf(sid))
    if (!role || !session || session.totp === '') return { ok: false, fault: { kind: 'nothing' } }
    const step = stepOfCode(session.totp, code, dependencies.clock.now())
    if (step === undefined) return { ok: false, fault: { kind: 'wrong' } }
    // Whatever the old one had opened elsewhere closes.
    await inside.sessions.closeAdmin(user)
    await inside.administration.setRole({ ...role, totp: session.totp, totp_step: step })
    // Those of the old one may be with whoever has that.
    const codes = await makeRecoveryCodes(inside, user, dependencies.clock.now())
    await noted(inside, 'recovery.make')
    await openAdmin({ ...dependencies, store: inside }, sid)
    return ok({ codes })
  })
}

/**
 * Counted before it is looked at, so that parallel tries are counted too. A device that opened the administration before has
 * tries of its own: whoever has the password alone, on a device of theirs, does not use them up.
 */
async function limited(
  { store, clock }: Dependencies,
  { user, device }: Typed,
  check: (inside: Store) => Promise<CodeVerdict>,
): Promise<CodeVerdict> {
  const at = { who: user, place: `admin ${device}`, now: clock.now() }
  const key = (await isProven(store, at)) ? codesOf(user, device) : codesOf(user)
  const verdict = await store.transaction(async ({ access }) => {
    const counted = countAttempt(accountLimit, (await access.attempts(key)) ?? noAttempts(key), clock.now())
    if (counted.allowed) await access.setAttempts(counted.row)
    return counted
  }, attemptsLock)
  if (!verdict.allowed) return { ok: false, fault: { kind: 'wait', retryAfter: verdict.retryAfter } }
  const checked = await store.transaction(async (inside) => {
    const opened = await check(inside)
    if (opened.ok) await inside.access.clearAttempts(key)
    return opened
  })
  if (checked.ok) await remember(store, at)
  return checked
}

/** The budget of a device that opened the administration before; without one, the one that all others share. */
function codesOf(user: string, device?: string): string {
  return device === undefined ? `totp:${user}` : `totp:${user} ${device}`
}

/** For whoever lost the authenticator, and the recovery codes with it: the next one is set up with the password. False where the user has no role. */
export function resetSecondFactor({ store }: Pick<Dependencies, 'store'>, user: string): Promise<boolean> {
  return store.transaction(async (inside) => {
    const role = await inside.administration.role(user)
    if (!role) return false
    await inside.administration.setRole({ ...role, totp: '', totp_step: 0 })
    await inside.administration.setRecoveries(user, [])
    await inside.access.clearAttempts(codesOf(user))
    for (const { id } of await inside.devices.list(user)) await inside.access.clearAttempts(codesOf(user, id))
    await inside.sessions.closeAdmin(user)
    return true
  })
}
