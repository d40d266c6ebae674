/**
 * Accounts and the one place where a password is checked, for the whitelist service and for the embedded mail alike.
 * Whose tries a login uses up is said in `budgets.ts`. After the password `admit-device.ts` decides about the device and
 * `sessions.ts` opens the session; `admin-session.ts` is the second step of those who administer.
 */
import { parseAddress } from '../../shared/address.ts'
import { type Checked, ok } from '../../shared/failures.ts'
import type { Clock } from '../ground/clock.ts'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import type { Store } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'
import { attemptsLock, countAttempt, forgiveAttempt, noAttempts } from './attempt-limit.ts'
import { type Budget, type SigningDevice, type Standing, standingOf } from './budgets.ts'
import type { PasswordsElsewhere } from './imap-passwords.ts'
import { maxPasswordLength, verifyPassword } from './passwords.ts'
import { networkPlace, remember } from './proven.ts'

type Scope = 'internal' | 'external'

/** Somebody who may sign in, without anything secret. */
export type Account = {
  /** Login name. */
  readonly id: string
  readonly name: string
  readonly address: string
  readonly scope: Scope
}

/** Why a password check lets nobody in. Callers answer `authFailed` in the same words for everybody. */
export type LoginFault =
  | { readonly kind: 'authFailed' }
  /**
   * `retryAfter` in milliseconds. `by`: whether the tries of the device are used up, or those that strangers to the account
   * share, which an enrolment code is the way past (also where absent).
   */
  | { readonly kind: 'locked'; readonly retryAfter: number; readonly by?: 'account' | 'device' }
  /** Too many passwords are being checked: this one was not, and no try was used up. */
  | { readonly kind: 'busy'; readonly retryAfter: number }
  /** The mail server, which checks the passwords, cannot be asked. */
  | { readonly kind: 'unchecked'; readonly retryAfter: number }

/** Accounts as every door asks for them; none of them sees a hash. */
export type Accounts = {
  /**
   * `login`: name or address. `device`: which signed the login; without one it is counted by the network of `ip`. Unknown
   * user, disabled user and wrong password give the same answer in the same time.
   */
  check(login: string, password: string, ip: string, device?: SigningDevice): Promise<Checked<Account, LoginFault>>
  /** By login name; disabled accounts are not found. */
  byId(id: string): Promise<Account | undefined>
  /** By ASCII-folded address; disabled accounts are not found. */
  byAddress(key: string): Promise<Account | undefined>
}

type AccountDependencies = {
  readonly store: Store
  readonly clock: Clock
  /** What compares a password with a hash; a test counts how often. */
  readonly verify?: typeof verifyPassword
  /** Who checks the passwords instead; no hash is looked at then. */
  readonly elsewhere?: PasswordsElsewhere | undefined
}

/** Longest login name or address that is looked up. */
const maxLogin = 320
/** Logins under way at once. Strangers have fewer, so that a flood of them leaves room for those who are known. */
const atOnce = { known: 64, strangers: 32 } as const
/** Milliseconds after which a login that found no room may come again: a full queue is worked off by then. */
const busyMs = 5_000

/** Accounts over the store; logins of one budget are checked one after another, whoever makes them. */
export function createAccounts(dependencies: AccountDependencies): Accounts {
  const inOrder = oneAtATime()
  const underWay = { known: 0, strangers: 0 }
  const { store, clock } = dependencies
  return {
    async check(login, password, ip, device) {
      const typed = foldLogin(login)
      if (password.length > maxPasswordLength) return { ok: false, fault: { kind: 'authFailed' } }
      const user = await findUser(store, typed)
      const name = user?.id ?? namePart(typed)
      const standing = await standingOf({ store, now: clock.now() }, { name, user }, { ip, device })
      const lane = standing.known ? 'known' : 'strangers'
      if (underWay[lane] >= atOnce[lane]) return { ok: false, fault: { kind: 'busy', retryAfter: busyMs } }
      underWay[lane] += 1
      try {
        // Right passwords that come at once are each given back their try before the next is counted.
        const { key = name } = standing.budgets[0] ?? {}
        return await inOrder(key, () => checkOne(dependencies, { typed, user, password, standing }))
      } finally {
        underWay[lane] -= 1
      }
    },
    byId: async (id) => accountOf(await store.users.get(id)),
    byAddress: async (key) => accountOf(await store.users.byAddress(key)),
  }
}

type Attempt = {
  readonly typed: string
  readonly user: UserRow | undefined
  readonly password: string
  readonly standing: Standing
}

/** Folded as addresses are (A3), so that no spelling has tries of its own. */
function foldLogin(login: string): string {
  return (
    login
      .slice(0, maxLogin)
      .trim()
      // No name has one, and PostgreSQL takes no text with it.
      .replaceAll('\0', '\uFFFD')
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  )
}

/**
 * Under which somebody unknown is counted. Name and address of an account share its tries, and so do those of nobody:
 * what the one uses up does not tell whether the other is an account.
 */
function namePart(typed: string): string {
  return typed.replace(/@.*$/s, '')
}

async function findUser(store: Store, typed: string): Promise<UserRow | undefined> {
  const parsed = parseAddress(typed, { unicode: true })
  // Both are asked for whatever the first one says: name and address take the same time.
  const byName = await store.users.get(typed)
  const byAddress = await store.users.byAddress(parsed.ok ? parsed.value.key : typed)
  return byName ?? byAddress
}

async function checkOne(dependencies: AccountDependencies, attempt: Attempt): Promise<Checked<Account, LoginFault>> {
  const { store, clock } = dependencies
  const { user, standing } = attempt
  const counted = await count(dependencies, standing.budgets)
  if (!counted.ok) return { ok: false, fault: { kind: 'locked', retryAfter: counted.fault, by: whose(standing) } }
  const verdict = await compare(dependencies, attempt)
  const account = verdict === 'right' ? accountOf(user) : undefined
  // No password was looked at: the try is given back.
  if (verdict === 'notAsked') await giveBack(store, standing.budgets)
  if (verdict === 'notAsked' || verdict === 'unknown')
    return { ok: false, fault: { kind: 'unchecked', retryAfter: busyMs } }
  if (!account) return { ok: false, fault: { kind: 'authFailed' } }
  await forgive(store, standing.budgets)
  await remember(store, { who: account.id, place: networkPlace(standing.network), now: clock.now() })
  return ok(account)
}

function whose({ known, budgets }: Standing): 'account' | 'device' {
  return known && budgets[0]?.key.startsWith('network:') !== true ? 'device' : 'account'
}

/** Always compared, also for nobody and for somebody who is disabled: the time of the answer tells nothing (protocol.md 5.3). */
async function compare(
  { verify = verifyPassword, elsewhere }: AccountDependencies,
  { typed, user, password, standing }: Attempt,
): Promise<'right' | 'wrong' | 'unknown' | 'notAsked'> {
  if (elsewhere) return elsewhere(user?.address ?? typed, password, standing.known)
  const stored = user?.state === 'active' ? user.argon2 : undefined
  return (await verify(stored, password, standing.known)) ? 'right' : 'wrong'
}

/**
 * The fault is the wait in milliseconds. One transaction, so that several processes share the counters and none is passed
 * by. A try that is stopped by one budget uses up no other.
 */
function count({ store, clock }: AccountDependencies, budgets: readonly Budget[]): Promise<Checked<undefined, number>> {
  return store.transaction(async ({ access }) => {
    const now = clock.now()
    const rows = []
    for (const { key, limit } of budgets) {
      const verdict = countAttempt(limit, (await access.attempts(key)) ?? noAttempts(key), now)
      if (!verdict.allowed) return { ok: false, fault: verdict.retryAfter }
      rows.push(verdict.row)
    }
    for (const row of rows) await access.setAttempts(row)
    return ok(undefined)
  }, attemptsLock)
}

/** After a right password: an own budget begins anew, a shared one keeps the tries of the others. */
function forgive(store: Store, budgets: readonly Budget[]): Promise<void> {
  return store.transaction(async ({ access }) => {
    for (const { key } of budgets.filter(({ shared }) => !shared)) await access.clearAttempts(key)
    await giveBackInside(
      access,
      budgets.filter(({ shared }) => shared),
    )
  }, attemptsLock)
}

function giveBack(store: Store, budgets: readonly Budget[]): Promise<void> {
  return store.transaction(({ access }) => giveBackInside(access, budgets), attemptsLock)
}

async function giveBackInside(access: Store['access'], budgets: readonly Budget[]): Promise<void> {
  for (const { key } of budgets) {
    const row = await access.attempts(key)
    if (row) await access.setAttempts(forgiveAttempt(row))
  }
}

function accountOf(user: UserRow | undefined): Account | undefined {
  if (user?.state !== 'active') return undefined
  const { id, name, address, scope } = user
  return { id, name, address, scope }
}
