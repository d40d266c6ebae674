/** What can be done to a device, by whoever: its next state, and the command that P signs for it (protocol.md 5.5 and 9). */
import { randomUUID } from 'node:crypto'
import { canonicalText, decodeCanonical } from '../../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import { type Command, commandSchema, type SignedCommand, signCommand } from '../../../shared/whitelist/command.ts'
import { primitives } from '../../ground/primitives.ts'
import { type Done, type Refusal, refusal } from '../../ground/refusals.ts'
import type { PolicyKey } from '../../keys/policy-key.ts'
import { nudge } from '../../lists/nudge.ts'
import type { Store } from '../../store/store.ts'
import type { CommandRow, DeviceRow, DeviceState } from '../../store/tables.ts'

/**
 * `wipe`: with `revoke` only, and what the device is to remove; without it the device is shut out and told to remove
 * nothing.
 */
export type DeviceMove = {
  readonly verb: 'approve' | 'lock' | 'unlock' | 'rotate' | 'revoke'
  readonly device: string
  readonly user: string
  readonly wipe?: 'list' | 'all' | undefined
}
/** The device's row, for the audit log. */
type Moved = { readonly before: DeviceRow; readonly after: DeviceRow }

/** Signs a command, wherever the policy key is. */
export type CommandSigner = (command: Command, inside: Store) => Promise<SignedCommand>

/** Signs commands with the policy key in use at the moment. */
export function commandSignerOf(policyKey: PolicyKey): CommandSigner {
  return async (command, inside) => signCommand(primitives, command, (await policyKey(inside)).secret)
}

type MoveDependencies = { readonly org: string; readonly now: number; readonly signCommand: CommandSigner }

/**
 * Moves a device to its next state, in the transaction under way, and wakes it. Refused where the device is unknown
 * or its state does not allow the move.
 */
export async function moveDevice(
  dependencies: MoveDependencies,
  inside: Store,
  { verb, device: id, user, wipe }: DeviceMove,
): Promise<Done<Moved>> {
  const device = await inside.devices.get(user, id)
  if (!device) return refusal('unknownDevice', id)
  const fault = faultOf(verb, device.state)
  if (fault) return fault
  if (verb === 'lock' || verb === 'rotate') await addCommand(dependencies, inside, { device, cmd: verb, scope: 'all' })
  if (verb === 'revoke' && wipe) await addCommand(dependencies, inside, { device, cmd: 'wipe', scope: wipe })
  // A lock that never arrived must not arrive now.
  if (verb === 'unlock')
    for (const row of await openOf(inside, device, 'lock')) await inside.devices.setCommand(device, row.id, 'done')
  const state = next[verb]
  await inside.devices.setState(device.user, device.id, state)
  // Without it the device's store never opens again (protocol.md 9).
  if (state === 'revoked') await inside.devices.removeHalf(device.user, device.id)
  // The session ends here and now; the command reaches the device when it next asks, and may take days.
  if (state !== 'active') await inside.sessions.removeOf(device.user, device.id)
  await nudge(inside, device.user, dependencies.now)
  return { ok: true, value: { before: device, after: { ...device, state } } }
}

/** What each move leads to; `faultOf` says from where it may begin. */
const next: { readonly [V in DeviceMove['verb']]: DeviceState } = {
  approve: 'active',
  lock: 'locked',
  unlock: 'active',
  rotate: 'active',
  revoke: 'revoked',
}

function faultOf(verb: DeviceMove['verb'], state: DeviceState): Refusal | undefined {
  if (verb === 'approve' && state === 'revoked') return refusal('deviceRevoked')
  if (verb === 'lock' && state !== 'active' && state !== 'locked')
    return refusal('deviceNotActive', state, `the device is ${state}: nothing to lock`)
  if (verb === 'unlock' && state !== 'locked') return refusal('deviceNotLocked', state)
  if (verb === 'rotate' && state !== 'active')
    return refusal('deviceNotActive', state, `the device is ${state}: it makes no new keys`)
  return undefined
}

type NewCommand = Pick<Command, 'cmd' | 'scope'> & { readonly device: DeviceRow }

/** One that waits already is not signed twice: running a command of the administrator again changes nothing. */
async function addCommand(
  { org, now: iat, signCommand: sign }: MoveDependencies,
  inside: Store,
  { device, cmd, scope }: NewCommand,
): Promise<void> {
  const waiting = await openOf(inside, device, cmd)
  if (waiting.some((row) => commandOf(row.bytes).scope === scope)) return
  const signed = await sign({ t: 'cmd', org, dev: device.id, cmd, scope, id: randomUUID(), iat }, inside)
  // Whoever signs elsewhere gives it an id of its own.
  const { id } = signed.c
  const bytes = canonicalText(signed.c)
  await inside.devices.addCommand({ id, user: device.user, device: device.id, bytes, sig: signed.s, state: 'open' })
}

async function openOf(inside: Store, device: DeviceRow, cmd: Command['cmd']): Promise<readonly CommandRow[]> {
  const rows = await inside.devices.commands(device.user, device.id)
  return rows.filter((row) => commandOf(row.bytes).cmd === cmd)
}

/** A command from its stored bytes. */
export function commandOf(bytes: string): Command {
  return commandSchema.parse(decodeCanonical(utf8(bytes)))
}
