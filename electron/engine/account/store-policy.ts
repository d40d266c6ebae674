/** Keeps the keys file in the form that the signed policy asks for: `local`, or `online-unlock` (protocol.md section 9). */
import { fromBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { policyOf } from '../../../shared/whitelist/head.ts'
import { type StoredLogin, storedLoginSchema } from '../database/account-repository.ts'
import type { Ports } from '../ground/ports.ts'
import { writeIfPossible } from '../ground/store-error.ts'
import type { DeviceKeys } from '../keys/device-keys.ts'
import { unwrapOnline, withLogin, wrapOnline } from '../keys/online.ts'
import { primitives } from '../keys/primitives.ts'
import type { ListKeeper } from '../whitelist/list-keeper.ts'
import { type AccountStore, isOpenStore, type SealedStore } from './account-store.ts'

/** What may change the form of the keys file. */
export type StorePolicy = {
  /** A login's answer was taken over, with the server's half where it gave one. */
  readonly loggedIn: (half: string | undefined) => void
  /** The list, and the policy with it, may be another now. */
  readonly listConfirmed: () => void
}

/** Keeps one account's keys file as the policy in force asks. A change is one replaced file. */
export function createStorePolicy(
  ports: Pick<Ports, 'random' | 'log'>,
  store: AccountStore,
  keeper: ListKeeper,
): StorePolicy {
  // In memory alone: on the disk it would open the very box that it is kept away from.
  let half: Uint8Array | undefined
  /**
   * The policy, which P signed, decides the form. A half alone changes nothing: whatever server answers may give one.
   */
  const wanted = (keys: DeviceKeys, login: StoredLogin): DeviceKeys => {
    const core = keeper.state()?.core
    // No list yet, so nobody has signed a policy: the file stays as it is.
    if (!core) return keys
    if (policyOf(core).store === 'local') return unwrapOnline(keys)
    // Without the half the box can't be made anew, but the login beside it can be kept up to date.
    return half ? wrapOnline(keys, half, login, { primitives, random: ports.random }) : withLogin(keys, login)
  }
  const keep = (): void => {
    // Closed while the server was thinking: nothing more is written.
    const record = store.database.isOpen ? store.account.read() : undefined
    if (!record) return
    const { vault } = store
    const next = wanted(vault.keys, storedLoginSchema.parse(record))
    if (next === vault.keys) return
    // The file is replaced whole: after a break it is there in the one form or in the other, and it opens in both.
    ports.log.info('rewrap', { step: 'begun' })
    if (!writeIfPossible(ports.log, 'rewrap', () => vault.replaceKeys(next))) return
    ports.log.info('rewrap', { step: 'kept', store: next.online ? 'online' : 'local' })
  }
  return {
    loggedIn: (given) => {
      half = given === undefined ? undefined : fromBase64(given, 32)
      keep()
    },
    listConfirmed: keep,
  }
}

/** Signing out: the next start must not log in by itself. */
export function forgetPassword(store: AccountStore | SealedStore): void {
  if (isOpenStore(store)) store.account.forgetPassword()
  // In mode `online-unlock` a second copy of the password lies in the keys file, for the login before the database
  // opens.
  const { keys, replaceKeys } = store.vault
  if (!keys.online) return
  const { password: _dropped, ...login } = keys.online.login
  replaceKeys(withLogin(keys, login))
}
