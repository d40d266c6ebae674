/** Signing in: to the account that is open, to a store that lies here, or as a new device. */
import { type FailureKind, fail, ok, type Result } from '../../../../shared/rpc.ts'
import { newRecord } from '../../account/account-login.ts'
import {
  type AccountStore,
  createAccountStore,
  isOpenStore,
  mayBeginAnew,
  openAccountStore,
  type SealedStore,
  storedAccount,
  vaultDependencies,
} from '../../account/account-store.ts'
import { type AccountPlace, accountPlace, setAside } from '../../keys/account-place.ts'
import { createIdentity } from '../../keys/identity.ts'
import { canCreateVault, makeKeys } from '../../keys/vault.ts'
import type { LinkFailure } from '../../link/server-link.ts'
import { readTarget, type Target } from '../../link/target.ts'
import { closeAccount, type Entrance, entranceOf, makeLink, openAccount, type Reactions } from '../opening.ts'
import type { Opened, Stage } from '../stage.ts'
import { openByLogin } from '../unlock/online-unlock.ts'

export type SignInInput = {
  readonly server: string
  readonly user: string
  readonly password: string
  readonly passphrase?: string | undefined
}

/** How a sign-in ended, when it ended well: the caller shows it. */
export type SignedIn = { readonly opened: Opened; readonly step: 'active' | 'pending' | 'again' }
type Attempt = { readonly input: SignInInput; readonly target: Target; readonly place: AccountPlace }

export async function signIn(stage: Stage, reactions: Reactions, input: SignInInput): Promise<Result<SignedIn>> {
  const target = readTarget(input.server, stage.ports.provisioned)
  if (!target) return fail('badRequest', { fields: ['server'] })
  const place = accountPlace(stage.ports.profile, target.address.origin, input.user)
  const attempt = { input, target, place }
  const current = stage.opened()
  if (current && current.runtime.store.place.folder === place.folder) return signInAgain(current, attempt)
  await closeAccount(stage)
  const result = await enter(stage, reactions, attempt)
  if (result.ok) {
    stage.saveProfile({ server: target.address.origin, user: input.user, locked: false })
    return result
  }
  await closeAccount(stage)
  const { server, user } = stage.profile()
  const told = result.failure.kind === 'storeDamaged' ? { cause: result.failure.kind } : {}
  const { step } = stage.state()
  // A locked store stays locked when somebody fails to sign in over it.
  if (step === 'ready' || step === 'pending' || told.cause) stage.dispatch({ type: 'closed', server, user, ...told })
  return result
}

/** The open account, usually after its password changed: reading goes on whatever the answer is. */
async function signInAgain(opened: Opened, { input, target }: Attempt): Promise<Result<SignedIn>> {
  const answer = await opened.runtime.login(input.password, target.code)
  return answer.ok ? ok({ opened, step: 'again' }) : outcome(opened, answer, input.password)
}

async function enter(stage: Stage, reactions: Reactions, attempt: Attempt): Promise<Result<SignedIn>> {
  const { place, input } = attempt
  if (storedAccount(place) === 'none') return enrol(stage, reactions, attempt)
  const store = await openAccountStore(stage.ports, place, input.passphrase)
  if (store.ok && isOpenStore(store.value)) return returnTo(stage, reactions, { ...attempt, store: store.value })
  if (store.ok) return returnByLogin(stage, reactions, { ...attempt, sealed: store.value })
  if (!mayBeginAnew(store.failure.kind, { told: toldOf(stage), passphrase: input.passphrase })) return store
  return enrol(stage, reactions, attempt)
}

/** What the user was told of the store, so that signing in again is an answer to it. */
function toldOf(stage: Stage): FailureKind | undefined {
  const state = stage.state()
  return state.step === 'signedOut' ? state.cause : undefined
}

/** A store that opened: its own pins and keys count, whatever was typed. */
async function returnTo(
  stage: Stage,
  reactions: Reactions,
  { store, ...attempt }: Attempt & { readonly store: AccountStore },
): Promise<Result<SignedIn>> {
  if (!store.account.read()) {
    // The first sign-in here ended between two steps: the keys are there, the record is not.
    store.database.close()
    setAside(store.place)
    return enrol(stage, reactions, attempt)
  }
  const { input, target } = attempt
  renewKeys(stage, store, target)
  const opened = await openAccount(stage, entranceOf(stage, store), reactions)
  const answer = await opened.runtime.login(input.password, target.code)
  return outcome(opened, answer, input.password)
}

/**
 * A store that only a login opens. Where the server has no half for it, only an administrator's new code begins anew: the
 * half may come back from a back-up, but what a new device overwrites in the keychain would not.
 */
async function returnByLogin(
  stage: Stage,
  reactions: Reactions,
  { sealed, ...attempt }: Attempt & { readonly sealed: SealedStore },
): Promise<Result<SignedIn>> {
  const { password } = attempt.input
  const { code } = attempt.target
  const opened = await openByLogin(stage, reactions, sealed, { password, code })
  if (opened.ok) return ok({ opened: opened.value, step: 'active' })
  const { kind } = opened.failure
  const isLost = kind === 'deviceRevoked' && code !== undefined
  const isDamaged = kind === 'storeDamaged' && toldOf(stage) === kind
  return isLost || isDamaged ? enrol(stage, reactions, attempt) : opened
}

/**
 * A revoked device never comes back under its name; with a new enrolment code from the administrator it becomes a new
 * device over the same store.
 */
function renewKeys(stage: Stage, store: AccountStore, target: Target): void {
  if (target.code === undefined || store.account.read()?.device !== 'revoked') return
  const { device, dsig, dbox } = makeKeys(vaultDependencies(stage.ports, store.place))
  const { other: _oldPair, ...kept } = store.vault.keys
  store.vault.replaceKeys({ ...kept, device, dsig, dbox })
  store.list.rename(device)
}

/** A new device: first the server's word, then the first byte on this disk. */
async function enrol(stage: Stage, reactions: Reactions, attempt: Attempt): Promise<Result<SignedIn>> {
  const { ports } = stage
  const { input, target, place } = attempt
  const dependencies = vaultDependencies(ports, place)
  const possible = await canCreateVault(dependencies, input.passphrase)
  if (!possible.ok) return possible
  const keys = makeKeys(dependencies)
  const identity = createIdentity(keys, ports.clock.now)
  const link = makeLink(stage, target, identity)
  const { code } = target
  const { user, password } = input
  const answer = await link.login({ user, password, ...(code === undefined ? {} : { code }) })
  const manifest = identity.manifest()
  if ((!answer.ok && answer.failure.kind !== 'devicePending') || !manifest) {
    link.close()
    return answer.ok ? fail('untrustedServer') : { ok: false, failure: answer.failure }
  }
  if (storedAccount(place) !== 'none') setAside(place)
  const store = await createAccountStore(ports, place, { keys, passphrase: input.passphrase })
  if (!store.ok) {
    link.close()
    return store
  }
  store.value.account.write(newRecord(target, input, { manifest, seq: identity.seq() }))
  const entrance: Entrance = { store: store.value, identity, link }
  const opened = await openAccount(stage, entrance, reactions)
  if (!answer.ok) return outcome(opened, answer, password)
  const taken = opened.runtime.takeAnswer(answer.value, password)
  if (!taken.ok) return taken
  await opened.runtime.keepPassword(password)
  return ok({ opened, step: 'active' })
}

async function outcome(
  opened: Opened,
  answer: { readonly ok: true } | LinkFailure,
  password: string,
): Promise<Result<SignedIn>> {
  if (answer.ok) return ok({ opened, step: 'active' })
  if (answer.failure.kind !== 'devicePending') return { ok: false, failure: answer.failure }
  // Asked again until an administrator has decided; the password must be there for that.
  opened.runtime.store.account.change({ password })
  return ok({ opened, step: 'pending' })
}
