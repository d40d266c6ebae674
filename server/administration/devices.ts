/** Administration of devices: pending, active, locked, revoked (protocol.md 5.5), and the commands that P signs for them (9). */
import { randomUUID } from 'node:crypto'
import { canonicalText, decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Command, commandSchema, signCommand } from '../../shared/whitelist/command.ts'
import type { Clock } from '../clock.ts'
import type { PolicyKey } from '../keys/policy-key.ts'
import { primitives } from '../keys/primitives.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'
import type { CommandRow, DeviceRow, DeviceState } from '../store/tables.ts'
import type { Note } from './audit.ts'
import { nudge } from './nudge.ts'
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

export function createDevices(dependencies: DeviceDependencies): Devices {
  const { store } = dependencies
  const move = (op: string, choice: DeviceChoice, work: Move) =>
    store.transaction(async (inside) => {
      const found = await choose(inside, choice)
      if (!found.ok) return found
      const next = await work(inside, found.value)
      if (!next.ok) return next
      return setState(dependencies, inside, { device: found.value, state: next.value, op, why: choice.why })
    })
  return {
    list: (user) => store.devices.list(user),
    approve: (choice) =>
      move('device.approve', choice, async (_inside, { state }) =>
        state === 'revoked' ? refused('a revoked device stays revoked: enrol it anew') : { ok: true, value: 'active' },
      ),
    revoke: (choice, wipe) =>
      move('device.revoke', choice, async (inside, device) => {
        if (wipe) await addCommand(dependencies, inside, { device, cmd: 'wipe', scope: wipe })
        return { ok: true, value: 'revoked' }
      }),
    lock: (choice) =>
      move('device.lock', choice, async (inside, device) => {
        const { state } = device
        if (state !== 'active' && state !== 'locked') return refused(`the device is ${state}: nothing to lock`)
        await addCommand(dependencies, inside, { device, cmd: 'lock', scope: 'all' })
        return { ok: true, value: 'locked' }
      }),
    unlock: (choice) =>
      move('device.unlock', choice, async (inside, device) => {
        if (device.state !== 'locked') return refused(`the device is not locked, but ${device.state}`)
        // A lock that never arrived must not arrive now.
        for (const row of await openOf(inside, device, 'lock')) await inside.devices.setCommand(device, row.id, 'done')
        return { ok: true, value: 'active' }
      }),
    rotate: (choice) =>
      move('device.rotate', choice, async (inside, device) => {
        if (device.state !== 'active') return refused(`the device is ${device.state}: it makes no new keys`)
        await addCommand(dependencies, inside, { device, cmd: 'rotate', scope: 'all' })
        return { ok: true, value: 'active' }
      }),
    async commands(user) {
      const rows = (await store.devices.allCommands(user)).map(({ usr, dev, state, bytes }) => {
        const { cmd, scope, iat } = commandOf(bytes)
        return { usr, dev, state, cmd, scope, iat }
      })
      return rows.toSorted((a, b) => a.iat - b.iat)
    },
  }
}

/** What else a verb does to the device, and the state in which it is then. */
type Move = (inside: Store, device: DeviceRow) => Promise<Done<DeviceState>>

function refused(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why }
}

async function choose(inside: Store, { id, user }: DeviceChoice): Promise<Done<DeviceRow>> {
  const [first, second] = (await inside.devices.list(user)).filter((device) => device.id === id)
  if (!first) return { ok: false, why: `there is no device ${JSON.stringify(id)}` }
  return second ? { ok: false, why: 'several users have this device: name the user' } : { ok: true, value: first }
}

type StateChange = {
  readonly device: DeviceRow
  readonly state: DeviceState
  readonly op: string
  readonly why: string | undefined
}

async function setState(
  dependencies: DeviceDependencies,
  inside: Store,
  { device, state, op, why = '' }: StateChange,
): Promise<Done<DeviceRow>> {
  await inside.devices.setState(device.usr, device.id, state)
  // Without it the device's store never opens again (protocol.md 9).
  if (state === 'revoked') await inside.devices.removeHalf(device.usr, device.id)
  if (state !== 'active') await inside.sessions.removeOf(device.usr, device.id)
  await nudge(inside, device.usr, dependencies.clock.now())
  const [before, after] = [JSON.stringify(device.state), JSON.stringify(state)]
  await dependencies.note(inside, { op, target: `${device.usr} ${device.id}`, why, before, after })
  return { ok: true, value: { ...device, state } }
}

type NewCommand = Pick<Command, 'cmd' | 'scope'> & { readonly device: DeviceRow }

/** One that waits already is not signed twice: running a command of the administrator again changes nothing. */
async function addCommand(
  { config, clock, policyKey }: DeviceDependencies,
  inside: Store,
  { device, cmd, scope }: NewCommand,
): Promise<void> {
  const waiting = await openOf(inside, device, cmd)
  if (waiting.some((row) => commandOf(row.bytes).scope === scope)) return
  const id = randomUUID()
  const command = { t: 'cmd', org: config.org, dev: device.id, cmd, scope, id, iat: clock.now() } as const
  const signed = signCommand(primitives, command, (await policyKey(inside)).secret)
  await inside.devices.addCommand({
    id,
    usr: device.usr,
    dev: device.id,
    bytes: canonicalText(signed.c),
    sig: signed.s,
    state: 'open',
  })
}

async function openOf(inside: Store, device: DeviceRow, cmd: Command['cmd']): Promise<readonly CommandRow[]> {
  const rows = await inside.devices.commands(device.usr, device.id)
  return rows.filter((row) => commandOf(row.bytes).cmd === cmd)
}

/** A command from its stored bytes. */
export function commandOf(bytes: string): Command {
  return commandSchema.parse(decodeCanonical(utf8(bytes)))
}
