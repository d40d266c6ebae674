/** Users' devices. */
import { z } from 'zod'
import { createDevices, type DeviceChoice, type Devices } from '../../administration/devices.ts'
import type { Done } from '../../administration/people.ts'
import type { DeviceRow } from '../../store/tables.ts'
import { type Answer, refused } from '../faults.ts'
import { type Desk, operation, time, timeOf } from '../operation.ts'

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

function told({ id, usr, name, state, ack_ver: version, last }: DeviceRow): z.infer<typeof device> {
  return { device: id, user: usr, name, state, version, seen: timeOf(last) }
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

const chosen = { device: z.string(), user: z.string().optional(), why: z.string().max(1_000).optional() }
type Chosen = { readonly device: string; readonly user?: string | undefined; readonly why?: string | undefined }

function choiceOf({ device: id, user, why }: Chosen): DeviceChoice {
  return { id, ...(user === undefined ? {} : { user }), ...(why === undefined ? {} : { why }) }
}

/** Without the policy key: what needs it is asked of the process that has it. */
function devicesOf({ store, clock, config, note }: Desk): Devices {
  const policyKey = () => Promise.reject(new Error('the policy key is never here'))
  return createDevices({ store, clock, config, note, policyKey })
}

function answerOf(done: Done<DeviceRow>): Answer<{ device: z.infer<typeof device> }> {
  return done.ok ? { ok: true, value: { device: told(done.value) } } : refused(done.why)
}

const approveDevice = operation({
  name: 'ApproveDevice',
  scope: 'people',
  input: z.strictObject(chosen),
  output: z.strictObject({ device }),
  work: async (desk, given) => answerOf(await devicesOf(desk).approve(choiceOf(given))),
})

const revokeDevice = operation({
  name: 'RevokeDevice',
  scope: 'people',
  /** `wipe`: the device also destroys its list, or all that it holds, at its next contact. */
  input: z.strictObject({ ...chosen, wipe: z.enum(['list', 'all']).optional() }),
  output: z.strictObject({ device }),
  async work(desk, given) {
    const { wipe, why = '', device: id, user } = given
    if (wipe === undefined) return answerOf(await devicesOf(desk).revoke(choiceOf(given)))
    const who = desk.who
    const named = user === undefined ? {} : { user }
    const answer = await desk.policy.ask({ task: 'wipe', device: id, ...named, wipe, why, who })
    if (answer.kind === 'refused') return refused(answer.why)
    if (answer.kind !== 'done')
      return refused(
        'the policy key, which signs that command, is not here now: revoke without wipe, or run "kith-server device revoke --wipe" where it is',
      )
    const row = (await desk.store.devices.list(user)).find((one) => one.id === id)
    return row ? { ok: true, value: { device: told(row) } } : refused('the device is gone')
  },
})

export const deviceOperations = [listDevices, approveDevice, revokeDevice]
