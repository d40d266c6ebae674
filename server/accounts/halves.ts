/**
 * The server's half of what opens a device's store (protocol.md 9, mode `online-unlock`): made at the first login that
 * needs it, the same for the device's life, destroyed when the device is revoked.
 */
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { randomBytes } from '../ground/primitives.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'

type Facts = { readonly store: Store; readonly config: Config }

/**
 * A half that is there is given under either policy: a device that heard of the other one late still opens. Undefined:
 * none is needed, or the device was revoked meanwhile.
 */
export async function halfOf({ store, config }: Facts, user: string, device: string): Promise<string | undefined> {
  const known = await store.devices.half(user, device)
  if (known !== undefined || config.policy.store === 'local') return known
  return store.transaction(async (inside) => {
    const made = await inside.devices.half(user, device)
    if (made !== undefined) return made
    if ((await inside.devices.get(user, device))?.state !== 'active') return undefined
    const half = toBase64(randomBytes(32))
    await inside.devices.addHalf({ user, device, half })
    return half
  })
}
