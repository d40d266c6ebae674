/** Administration of devices: pending, active, locked, revoked (protocol.md 5.5), and the commands that P signs for them (9). */
import type { Command } from '../../shared/whitelist/command.ts'
import type { Clock } from '../clock.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import type { CommandRow, DeviceRow } from '../store/tables.ts'
import type { Note } from './audit.ts'
import { commandOf, commandSignerOf, type DeviceMove, moveDevice } from './device-moves.ts'
import type { Done } from './people.ts'

export type Wipe = 'list' | 'all'
/** `why`: the reason, for the audit log. */
export type DeviceChoice = { readonly id: string; readonly user?: string; readonly why?: string }

export type DeviceCommand = Pick<CommandRow, 'usr' | 'dev' | 'state'> & Pick<Command, 'cmd' | 'scope' | 'iat'>

export type Devices = {
  list(user?: string): Promise<readonly DeviceRow[]>
  approve(choice: DeviceChoice): Promise<Done<DeviceRow>>
  /** Closes its store until `unlock`, by a signed command at its next contact; ends its sessions at once. */
  lock(choice: DeviceChoice): Promise<Done<DeviceRow>>
  unlock(choice: DeviceChoice): Promise<Done<DeviceRow>>
  /** Has the device make new keys of its own at its next contact. */
  rotate(choice: DeviceChoice): Promise<Done<DeviceRow>>
  /** Signed commands and how far they are, oldest first. */
  commands(user?: string): Promise<readonly DeviceCommand[]>
  /** Ends its sessions; `wipe` also has the device destroy its copy at its next contact. */
  revoke(choice: DeviceChoice, wipe?: Wipe): Promise<Done<DeviceRow>>
}

export type DeviceDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly config: Config
  readonly policyKey: PolicyKey
  readonly note: Note
}

export function createDevices({ store, clock, config, policyKey, note }: DeviceDependencies): Devices {
  const signCommand = commandSignerOf(policyKey)
  const move = (verb: DeviceMove['verb'], { id: device, user, why = '' }: DeviceChoice, wipe?: Wipe) =>
    store.transaction(async (inside) => {
      const dependencies = { org: config.org, now: clock.now(), signCommand }
      const moved = await moveDevice(dependencies, inside, { verb, device, user, wipe })
      if (!moved.ok) return moved
      const { before, after } = moved.value
      const states = { before: JSON.stringify(before.state), after: JSON.stringify(after.state) }
      await note(inside, { op: `device.${verb}`, target: `${after.usr} ${after.id}`, why, ...states })
      return { ok: true as const, value: after }
    })
  return {
    list: (user) => store.devices.list(user),
    approve: (choice) => move('approve', choice),
    revoke: (choice, wipe) => move('revoke', choice, wipe),
    lock: (choice) => move('lock', choice),
    unlock: (choice) => move('unlock', choice),
    rotate: (choice) => move('rotate', choice),
    async commands(user) {
      const rows = (await store.devices.allCommands(user)).map(({ usr, dev, state, bytes }) => {
        const { cmd, scope, iat } = commandOf(bytes)
        return { usr, dev, state, cmd, scope, iat }
      })
      return rows.toSorted((a, b) => a.iat - b.iat)
    },
  }
}
