/** Accounts and the one place where a password is checked, for the whitelist service and for the embedded mail alike. */
import { parseAddress } from '../../shared/address.ts'
import type { Clock } from '../ground/clock.ts'
import { oneAtATime } from '../ground/one-at-a-time.ts'
import type { Store } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'
import {
  type AttemptLimit,
  accountLimit,
  addressLimit,
  countAttempt,
  forgiveAttempt,
  noAttempts,
} from './attempt-limit.ts'
import { maxPasswordLength, verifyPassword } from './passwords.ts'

type Scope = 'internal' | 'external'

/** Somebody who may sign in, without anything secret. */
export type Account = {
  /** Login name. */
  readonly id: string
  readonly name: string
  readonly address: string
  readonly scope: Scope
}

export type CheckResult =
  | { readonly ok: true; readonly account: Account }
  | { readonly ok: false; readonly kind: 'authFailed' }
  /** `retryAfter` in milliseconds; `by`: whether the account's (also where absent) or the network address's tries are used up. */
  | { readonly ok: false; readonly kind: 'locked'; readonly retryAfter: number; readonly by?: 'account' | 'address' }

export type Accounts = {
  /** `login`: name or address. Unknown user, disabled user and wrong password give the same answer in the same time. */
  check(login: string, password: string, ip: string): Promise<CheckResult>
  /** By login name; disabled accounts are not found. */
  byId(id: string): Promise<Account | undefined>
  /** By ASCII-folded address; disabled accounts are not found. */
  byAddress(key: string): Promise<Account | undefined>
}

type AccountDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly limits?: AccountLimits
  /** What compares a password with a hash; a test counts how often. */
  readonly verify?: typeof verifyPassword
}
type AccountLimits = { readonly account: AttemptLimit; readonly address: AttemptLimit }

/** Longest login name or address that is looked up. */
const maxLogin = 320

/** Accounts over the store; guesses at one login are checked one after another, whoever makes them. */
export function createAccounts(dependencies: AccountDependencies): Accounts {
  const inOrder = oneAtATime()
  const { store } = dependencies
  return {
    async check(login, password, ip) {
      const typed = foldLogin(login)
      if (password.length > maxPasswordLength) return { ok: false, kind: 'authFailed' }
      // Guesses at one login wait for each other: a flood of them takes one of the few places for hashing, and not
      // all.
      return inOrder(typed, () => checkOne(dependencies, { typed, password, ip }))
    },
    byId: async (id) => accountOf(await store.users.get(id)),
    byAddress: async (key) => accountOf(await store.users.byAddress(key)),
  }
}

type Attempt = { readonly typed: string; readonly password: string; readonly ip: string }

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

async function checkOne(dependencies: AccountDependencies, attempt: Attempt): Promise<CheckResult> {
  const { store, verify = verifyPassword } = dependencies
  const user = await findUser(store, attempt.typed)
  const keys = {
    address: `ip:${attempt.ip}`,
    typed: `login:${attempt.typed}`,
    // Name and address of one account share these tries, silently: a visible lock would tell that both belong together.
    account: `account:${user?.id ?? `?${attempt.typed}`}`,
  }
  const counted = await count(dependencies, keys)
  if (counted.step === 'locked') return { ok: false, kind: 'locked', retryAfter: counted.retryAfter, by: counted.by }
  const usable = user?.state === 'active' && counted.step === 'counted'
  // Always compared, also for nobody and for somebody who is locked: the time of the answer tells nothing
  // (protocol.md 5.3).
  const right = await verify(usable ? user.argon2 : undefined, attempt.password)
  const account = right ? accountOf(user) : undefined
  if (!account) return { ok: false, kind: 'authFailed' }
  await forgive(store, keys)
  return { ok: true, account }
}

async function findUser(store: Store, typed: string): Promise<UserRow | undefined> {
  const parsed = parseAddress(typed, { unicode: true })
  return (await store.users.get(typed)) ?? (await store.users.byAddress(parsed.ok ? parsed.value.key : typed))
}

type Keys = { readonly address: string; readonly typed: string; readonly account: string }
type Counted =
  | { readonly step: 'counted' | 'silent' }
  | { readonly step: 'locked'; readonly retryAfter: number; readonly by: 'account' | 'address' }

/** Counters have a lock of their own: signing in does not wait for a large import. */
const attemptsLock = 'attempts'

/** One transaction, so that several processes share the counters and none is passed by. */
function count({ store, clock, limits }: AccountDependencies, keys: Keys): Promise<Counted> {
  const account = limits?.account ?? accountLimit
  return store.transaction(async ({ access }) => {
    const now = clock.now()
    const take = async (limit: AttemptLimit, key: string) => {
      const verdict = countAttempt(limit, (await access.attempts(key)) ?? noAttempts(key), now)
      if (verdict.allowed) await access.setAttempts(verdict.row)
      return verdict
    }
    // The address first: a guesser who is stopped by it does not use up other people's tries as well.
    const byAddress = await take(limits?.address ?? addressLimit, keys.address)
    if (!byAddress.allowed) return { step: 'locked', retryAfter: byAddress.retryAfter, by: 'address' }
    const byTyped = await take(account, keys.typed)
    if (!byTyped.allowed) return { step: 'locked', retryAfter: byTyped.retryAfter, by: 'account' }
    return { step: (await take(account, keys.account)).allowed ? 'counted' : 'silent' }
  }, attemptsLock)
}

function forgive(store: Store, keys: Keys): Promise<void> {
  return store.transaction(async ({ access }) => {
    await access.clearAttempts(keys.typed)
    await access.clearAttempts(keys.account)
    const ofAddress = await access.attempts(keys.address)
    if (ofAddress) await access.setAttempts(forgiveAttempt(ofAddress))
  }, attemptsLock)
}

function accountOf(user: UserRow | undefined): Account | undefined {
  if (user?.state !== 'active') return undefined
  const { id, name, address, scope } = user
  return { id, name, address, scope }
}
