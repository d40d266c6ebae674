/** Changes of users' devices: approved, locked, unlocked, given new keys, revoked. */
import type { Change, ChangeOf } from '../../../shared/administration/change.ts'
import { type DeviceMove, moveDevice } from '../devices/device-moves.ts'
import type { Applied, Handler, Ran, Work } from '../work.ts'

/** Lets a device in that waits for it. */
export const approveDevice: Handler<ChangeOf<'device.approve'>> = (work, { user, device }) =>
  move(work, { verb: 'approve', user, device })

/** Locks a device: it shows nothing of its store until it is unlocked. */
export const lockDevice: Handler<ChangeOf<'device.lock'>> = async (work, { user, device }) => {
  const applied = await move(work, { verb: 'lock', user, device })
  return applied.ok ? { ...applied, undo: [{ op: 'device.unlock', user, device }] } : applied
}

/** Unlocks a device; a command to lock it that has not arrived is withdrawn. */
export const unlockDevice: Handler<ChangeOf<'device.unlock'>> = async (work, { user, device }) => {
  await dropLocks(work, user, device)
  return move(work, { verb: 'unlock', user, device })
}

/** Has a device make new keys of its own. */
export const rotateDevice: Handler<ChangeOf<'device.rotate'>> = (work, { user, device }) =>
  move(work, { verb: 'rotate', user, device })

/** Shuts a device out for good, and has it remove what `wipe` names. */
export const revokeDevice: Handler<ChangeOf<'device.revoke'>> = (work, { user, device, wipe }) =>
  move(work, { verb: 'revoke', user, device, wipe })

async function move({ inside, config, now, signCommand }: Work, asked: DeviceMove): Promise<Applied> {
  const moved = await moveDevice({ org: config.org, now, signCommand }, inside, asked)
  if (!moved.ok) return moved
  const { before, after } = moved.value
  const wiped = asked.wipe === undefined ? {} : { wipe: asked.wipe }
  return {
    ok: true,
    target: `${after.user} ${after.id}`,
    before: before.state,
    after: asked.wipe === undefined ? after.state : { state: after.state, ...wiped },
    undo: [],
  }
}

/** A lock that still waits for its signature must not come after this. */
async function dropLocks({ inside: { administration } }: Work, user: string, device: string): Promise<void> {
  const lock = JSON.stringify([{ op: 'device.lock', user, device }] satisfies Change[])
  // Kept as the proposal's result: whoever asked for the lock sees what became of it.
  const why = 'the device was unlocked before this was signed'
  const result = JSON.stringify({ ok: false, faults: [{ index: 0, why }] } satisfies Ran)
  for (const { id, changes, approved_by } of await administration.proposals('ready'))
    if (changes === lock) await administration.moveProposal(id, 'ready', { state: 'refused', approved_by, result })
}
