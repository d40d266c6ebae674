/** Users' devices. */
import { z } from 'zod'
import type { DeviceRow } from '../../store/tables.ts'
import { changing } from '../changing.ts'
import { operation, time, timeOf } from '../operation.ts'

const device = z
  .strictObject({
    device: z.string(),
    user: z.string(),
    name: z.string(),
    state: z.enum(['pending', 'active', 'locked', 'revoked']),
    /** The version of the list that it has. */
    version: z.number().int(),
    seen: time,
  })
  .meta({ id: 'Device' })

function told({ id, user, name, state, ack_version: version, last }: DeviceRow): z.infer<typeof device> {
  return { device: id, user, name, state, version, seen: timeOf(last) }
}

const listDevices = operation({
  name: 'ListDevices',
  scope: 'read',
  input: z.strictObject({ user: z.string().optional() }),
  output: z.strictObject({ devices: z.array(device) }),
  async work({ store }, { user }) {
    return { ok: true, value: { devices: (await store.devices.list(user)).map(told) } }
  },
})

export const deviceOperations = [
  listDevices,
  changing('ApproveDevice', 'device.approve'),
  changing('LockDevice', 'device.lock'),
  changing('UnlockDevice', 'device.unlock'),
  changing('RotateDevice', 'device.rotate'),
  changing('RevokeDevice', 'device.revoke'),
]
