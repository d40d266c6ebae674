/** Administration of devices: pending, active, locked, revoked (protocol.md 5.5), and the commands that P signs for them (9). */
import { randomUUID } from 'node:crypto'
import { canonicalText } from '../../shared/whitelist/bytes/canonical.ts'
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import { signCommand } from '../../shared/whitelist/command.ts'
import type { Clock } from '../clock.ts'
import { primitives } from '../keys/primitives.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import type { DeviceRow, DeviceState } from '../store/tables.ts'
import { nudge } from './announce.ts'
import type { Done } from './people.ts'

export type Wipe = 'list' | 'all'
export type DeviceChoice = { readonly id: string; readonly user?: string }

export type Devices = {
  list(user?: string): Promise<readonly DeviceRow[]>
  approve(choice: DeviceChoice): Promise<Done<DeviceRow>>
  /** Ends its sessions; `wipe` also has the device destroy its copy at its next contact. */
  revoke(choice: DeviceChoice, wipe?: Wipe): Promise<Done<DeviceRow>>
}

export type DeviceDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly config: Config
  readonly policyKey: KeyPair
}

export function createDevices(dependencies: DeviceDependencies): Devices {
  const { store } = dependencies
  return {
    list: (user) => store.devices.list(user),
    approve: (choice) =>
      store.transaction(async (inside) => {
        const found = await choose(inside, choice)
        if (!found.ok) return found
        if (found.value.state === 'revoked') return { ok: false, why: 'a revoked device stays revoked: enrol it anew' }
        return setState(dependencies, inside, { device: found.value, state: 'active' })
      }),
    revoke: (choice, wipe) =>
      store.transaction(async (inside) => {
        const found = await choose(inside, choice)
        if (!found.ok) return found
        if (wipe) await addWipe(dependencies, inside, { device: found.value, wipe })
        return setState(dependencies, inside, { device: found.value, state: 'revoked' })
      }),
  }
}

async function choose(inside: Store, { id, user }: DeviceChoice): Promise<Done<DeviceRow>> {
  const [first, second] = (await inside.devices.list(user)).filter((device) => device.id === id)
  if (!first) return { ok: false, why: `there is no device ${JSON.stringify(id)}` }
  return second ? { ok: false, why: 'several users have this device: name the user' } : { ok: true, value: first }
}

type StateChange = { readonly device: DeviceRow; readonly state: DeviceState }

async function setState(
  dependencies: DeviceDependencies,
  inside: Store,
  { device, state }: StateChange,
): Promise<Done<DeviceRow>> {
  await inside.devices.setState(device.usr, device.id, state)
  if (state !== 'active') await inside.sessions.removeOf(device.usr, device.id)
  await nudge(inside, device.usr, dependencies.clock.now())
  return { ok: true, value: { ...device, state } }
}

async function addWipe(
  { config, clock, policyKey }: DeviceDependencies,
  inside: Store,
  { device, wipe }: { readonly device: DeviceRow; readonly wipe: Wipe },
): Promise<void> {
  const id = randomUUID()
  const command = { t: 'cmd', org: config.org, dev: device.id, cmd: 'wipe', scope: wipe, id, iat: clock.now() } as const
  const signed = signCommand(primitives, command, policyKey.secret)
  await inside.devices.addCommand({
    id,
    usr: device.usr,
    dev: device.id,
    bytes: canonicalText(signed.c),
    sig: signed.s,
    state: 'open',
  })
}
