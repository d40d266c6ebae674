/**
 * A store in mode `online-unlock` (protocol.md section 9): the login comes first and brings the half that opens it.
 * Whatever goes wrong leaves the store as it is, locked.
 */
import { type FailureKind, fail, ok, type Result } from '../../../../shared/rpc.ts'
import { fromBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import { manifestOf } from '../../account/account-login.ts'
import { type AccountStore, type SealedStore, storeOf } from '../../account/account-store.ts'
import type { StoredLogin } from '../../database/account-repository.ts'
import type { DeviceKeys } from '../../keys/device-keys.ts'
import { createIdentity } from '../../keys/identity.ts'
import type { Credentials } from '../../link/server-link.ts'
import { swapped } from '../commands/rotate-device.ts'
import type { Flow } from '../flow.ts'
import { closeAccount, makeLink, openAccount, type Reactions, targetOf } from '../opening.ts'
import type { Opened, Stage } from '../stage.ts'

type Given = { readonly password?: string | undefined; readonly code?: string | undefined }

/**
 * Without a password by the one that is kept beside the keys. Failures: notSignedIn (there is none), those of a login,
 * deviceRevoked (also where the server has no half that fits: nothing opens here), those of the database.
 */
export async function openByLogin(
  stage: Stage,
  reactions: Reactions,
  sealed: SealedStore,
  { code, ...given }: Given,
): Promise<Result<Opened>> {
  const { keys } = sealed.vault
  const login = keys.online?.login
  const password = given.password ?? login?.password
  if (!login || password === undefined) return fail('notSignedIn')
  const credentials = { user: login.user, password, ...(code === undefined ? {} : { code }) }
  let { identity, link, answer } = await logIn(stage, { keys, login }, credentials)
  if (!answer.ok && answer.fault === 'BadSignature' && keys.other) {
    // Cut off while its keys were replaced: the server may have taken the other pair already (rotate-device.ts).
    link.close()
    ;({ identity, link, answer } = await logIn(stage, { keys: swapped(keys), login }, credentials))
    if (answer.ok) sealed.vault.replaceKeys(swapped(keys))
  }
  const store = answer.ok ? openBy(stage, sealed, answer.value.half) : answer
  if (!answer.ok || !store.ok) {
    link.close()
    return store.ok ? fail('deviceRevoked') : { ok: false, failure: store.failure }
  }
  const followed = identity.manifest()
  const opened = await openAccount(stage, { store: store.value, identity, link }, reactions)
  // The database's manifest may be behind the one that this login was checked by.
  if (followed && followed.m.ver > (opened.runtime.manifest()?.m.ver ?? 0)) identity.setManifest(followed)
  const isNew = store.value.account.read()?.password !== password
  const taken = opened.runtime.takeAnswer(answer.value, password)
  if (!taken.ok) {
    await closeAccount(stage)
    return taken
  }
  if (isNew) await opened.runtime.keepPassword(password)
  return ok(opened)
}

type Known = { readonly keys: DeviceKeys; readonly login: StoredLogin }

async function logIn(stage: Stage, { keys, login }: Known, credentials: Credentials) {
  const identity = createIdentity(keys, stage.ports.clock.now)
  const known = manifestOf(login)
  if (known) identity.setManifest(known)
  const link = makeLink(stage, targetOf(login), identity)
  return { identity, link, answer: await link.login(credentials) }
}

function openBy({ ports }: Stage, { place, vault }: SealedStore, half: string | undefined): Result<AccountStore> {
  const bytes = half === undefined ? undefined : fromBase64(half, 32)
  if (bytes && vault.openOnline(bytes)) {
    const store = storeOf(place, vault)
    if (store.ok && !store.value.account.read()) {
      store.value.database.close()
      return fail('storeDamaged')
    }
    return store
  }
  ports.log.warn('no half for this store', { given: half !== undefined })
  return fail('deviceRevoked')
}

/** At start: locked until the silent login has brought the half. The window does not wait for it. */
export function startByLogin(stage: Stage, flow: Flow, sealed: SealedStore): void {
  const { server, user } = stage.profile()
  if (sealed.vault.keys.online?.login.password === undefined) {
    stage.dispatch({ type: 'closed', server, user })
    return
  }
  stage.dispatch({ type: 'locked', secret: 'password', reason: 'start', user })
  const logIn = async (): Promise<void> => {
    const opened = await openByLogin(stage, flow.reactions, sealed, {})
    const entered = opened.ok ? await flow.enter(opened.value) : opened
    if (entered.ok) return
    const { kind, detail } = entered.failure
    stage.ports.log.info('store stays locked', { kind })
    if (opened.ok) return
    sayWhyLocked(stage, opened)
    if (passing.has(kind)) flow.tryLater(logInAgain, detail?.retryAfter)
  }
  const logInAgain = async (): Promise<void> => {
    // Unlocked by hand meanwhile, and perhaps locked again.
    const state = stage.state()
    if (state.step === 'locked' && state.reason === 'online') await logIn()
  }
  stage.soon(logIn)
}

/** Failures that may be over in a moment: a network that comes up after the app, a server that starts. */
const passing: ReadonlySet<FailureKind> = new Set<FailureKind>(['unreachable', 'busy', 'rateLimited'])

/** The lock names its reason: no server, or no approval any more; after signing out, or with a database that does not open, it is none. A wrong password says so itself. */
export function sayWhyLocked(stage: Stage, { failure }: Extract<Result<unknown>, { readonly ok: false }>): void {
  const state = stage.state()
  if (state.step !== 'locked' || failure.kind === 'authFailed') return
  const { secret, user } = state
  const { server } = stage.profile()
  if (failure.kind === 'notSignedIn') {
    stage.dispatch({ type: 'closed', server, user })
    return
  }
  if (failure.kind === 'storeDamaged' || failure.kind === 'diskFull') {
    stage.dispatch({ type: 'closed', server, user, cause: failure.kind })
    return
  }
  stage.dispatch({ type: 'locked', secret, user, reason: failure.kind === 'deviceRevoked' ? 'revoked' : 'online' })
}
