/**
 * Mode `online-unlock` (protocol.md section 9). The keys file holds the database's key in a box that only the server's
 * half opens. A login brings that half, and it is kept in memory alone. Since the database is closed until then, the
 * file also holds what the login needs.
 */
import { fromBase64, sameBytes, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives, Random } from '../../../shared/whitelist/bytes/primitives.ts'
import type { StoredLogin } from '../database/account-repository.ts'
import type { DeviceKeys } from './device-keys.ts'

/** The cryptography, and new random bytes for its nonces. */
type Tools = { readonly primitives: Primitives; readonly random: Random }

/** Undefined: this half does not open it. */
export function openOnline(
  { online }: DeviceKeys,
  half: Uint8Array,
  primitives: Pick<Primitives, 'openSecretbox'>,
): Uint8Array | undefined {
  const nonce = online && fromBase64(online.nonce, 24)
  const box = online && fromBase64(online.box)
  return nonce && box ? primitives.openSecretbox(box, nonce, half) : undefined
}

/** The keys in the form of `online-unlock`; the very same object where they are in it already. */
export function wrapOnline(keys: DeviceKeys, half: Uint8Array, login: StoredLogin, tools: Tools): DeviceKeys {
  const { database, online } = keys
  if (!database) return keys
  const opened = openOnline(keys, half, tools.primitives)
  // The same half as before: a new box would rewrite the keys file at every login for nothing.
  if (online && opened && sameBytes(opened, database)) return withLogin(keys, login)
  const nonce = tools.random(24)
  const box = toBase64(tools.primitives.secretbox(database, nonce, half))
  return { ...keys, online: { nonce: toBase64(nonce), box, login } }
}

/** Back to the form of `local`; only with the database's key at hand. */
export function unwrapOnline(keys: DeviceKeys): DeviceKeys {
  if (!keys.online || !keys.database) return keys
  const { online: _gone, ...kept } = keys
  return kept
}

/** The same keys with what the next login needs as it is now. */
export function withLogin(keys: DeviceKeys, login: StoredLogin): DeviceKeys {
  const { online } = keys
  if (!online || JSON.stringify(online.login) === JSON.stringify(login)) return keys
  return { ...keys, online: { ...online, login } }
}
