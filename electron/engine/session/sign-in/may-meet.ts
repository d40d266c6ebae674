/**
 * Whether a sign-in may reach out to its server. The page names the server, and a page that an attacker owns would have
 * the engine knock at any port of this machine and ask for any name: so whatever is new is for the person to allow.
 */
import { storedAccount } from '../../account/account-store.ts'
import type { Ports } from '../../ground/ports.ts'
import type { AccountPlace } from '../../keys/account-place.ts'
import { parseServerAddress, type ServerAddress } from '../../soap/server-address.ts'

/** True for the server of an account that lies in this profile, and of a demo; else the person is asked. */
export async function mayMeet(
  { provisioned, consent }: Pick<Ports, 'provisioned' | 'consent'>,
  { origin, isLoopback }: ServerAddress,
  place: AccountPlace,
): Promise<boolean> {
  const isKnown = provisioned.some(({ url }) => parseServerAddress(url)?.origin === origin)
  if (isKnown || storedAccount(place) !== 'none') return true
  return isLoopback ? consent.loopback === 'allowed' : consent.confirm(origin)
}
