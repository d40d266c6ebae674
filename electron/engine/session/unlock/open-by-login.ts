/**
 * Opens a store of mode `online-unlock` (protocol.md section 9). The key of its database lies in the keys file, in a
 * box that only the server's half opens, and the server gives that half in the answer to a login. So the login comes
 * first, with what the keys file keeps for it, and the database is opened after it. A failure leaves the store as it
 * was, closed.
 */
import type { OpeningFailure } from '../../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../../shared/rpc.ts'
import { fromBase64 } from '../../../../shared/whitelist/bytes/encoding.ts'
import { manifestVersion } from '../../../../shared/whitelist/manifest.ts'
import { manifestOf } from '../../account/account-login.ts'
import { type AccountStore, type SealedStore, storeOf } from '../../account/account-store.ts'
import type { StoredLogin } from '../../database/account-repository.ts'
import type { DeviceKeys } from '../../keys/device-keys.ts'
import { createIdentity } from '../../keys/identity.ts'
import type { Credentials } from '../../link/server-link.ts'
import { swapped } from '../commands/rotate-device.ts'
import { openAccount, openLink, storedTarget } from '../opening/open-account.ts'
import { closeAccount } from '../stage/close-account.ts'
import type { Opened, Stage } from '../stage/stage.ts'

/** `password`: without one, the one that the keys file keeps is used. `code`: an enrolment code that was typed. */
type GivenSecrets = { readonly password?: string | undefined; readonly code?: string | undefined }

/**
 * Failures: notSignedIn (there is no password), those of a login, deviceRevoked (also where the server gives no half
 * that fits, so that nothing opens the store here), storeDamaged, diskFull, untrustedServer.
 */
export async function openByLogin(
  stage: Stage,
  sealed: SealedStore,
  { code, ...given }: GivenSecrets,
): Promise<Result<Opened, OpeningFailure>> {
  const login = sealed.vault.keys.online?.login
  const password = given.password ?? login?.password
  if (!login || password === undefined) return fail('notSignedIn')
  const credentials = { user: login.user, password, ...(code === undefined ? {} : { code }) }
  const { identity, link, answer } = await logInByEitherPair(stage, sealed, login, credentials)
  if (!answer.ok) {
    link.close()
    return { ok: false, failure: answer.failure }
  }
  const store = openWithHalf(stage, sealed, answer.value.half)
  if (!store.ok) {
    link.close()
    return store
  }
  const followed = identity.manifest()
  const opened = await openAccount(stage, { store: store.value, identity, link })
  // The database's manifest may be behind the one that this login was checked by.
  const stored = manifestVersion(opened.runtime.manifest()) ?? 0
  if (followed && (manifestVersion(followed) ?? 0) > stored) identity.setManifest(followed)
  // Asked before the answer is taken over, which writes the new one.
  const isNewPassword = store.value.account.read()?.password !== password
  const taken = opened.runtime.takeAnswer(answer.value, password)
  if (!taken.ok) {
    await closeAccount(stage)
    return taken
  }
  if (isNewPassword) await opened.runtime.keepPassword(password)
  return ok(opened)
}

/**
 * A device whose keys were being replaced when it was cut off has two pairs, and the server knows one of them
 * (rotate-device.ts). A bad signature means that it is the other one: that pair is then tried, and kept where it holds.
 */
async function logInByEitherPair(stage: Stage, { vault }: SealedStore, login: StoredLogin, credentials: Credentials) {
  const { keys } = vault
  const first = await logIn(stage, keys, login, credentials)
  if (first.answer.ok || first.answer.fault !== 'BadSignature' || !keys.other) return first
  first.link.close()
  const second = await logIn(stage, swapped(keys), login, credentials)
  if (second.answer.ok) vault.replaceKeys(swapped(keys))
  return second
}

async function logIn(stage: Stage, keys: DeviceKeys, login: StoredLogin, credentials: Credentials) {
  const identity = createIdentity(keys, stage.ports.clock.now)
  // The manifest kept beside the keys: the server has to go on from it, however long the database was closed.
  const known = manifestOf(login)
  if (known) identity.setManifest(known)
  const link = openLink(stage, storedTarget(login), identity)
  return { identity, link, answer: await link.login(credentials) }
}

/** `half`: 32 bytes in base64, as the login's answer brought them. A database without its account is damaged. */
function openWithHalf(
  { ports }: Stage,
  { place, vault }: SealedStore,
  half: string | undefined,
): Result<AccountStore, OpeningFailure> {
  const bytes = half === undefined ? undefined : fromBase64(half, 32)
  if (!bytes || !vault.openOnline(bytes)) {
    ports.log.warn('no half for this store', { given: half !== undefined })
    return fail('deviceRevoked')
  }
  const store = storeOf(place, vault)
  if (store.ok && !store.value.account.read()) {
    store.value.database.close()
    return fail('storeDamaged')
  }
  return store
}
