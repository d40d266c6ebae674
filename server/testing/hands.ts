/**
 * For bench/, run as a process on a data folder: an administrator who is at hand all the time. Each line of standard
 * input is done as a command would do it and answered by a line; what a command takes to start is not in the times.
 */
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { changeSchema } from '../../shared/administration/change.ts'
import { sessionIdleMs, sessionLifetimeMs } from '../accounts/sessions.ts'
import { type Administration, administer } from '../administration/administer.ts'
import { hashOf } from '../ground/hash.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { openContext } from '../settings/context.ts'

const lineSchema = z.union([
  z.strictObject({ changes: z.array(changeSchema) }),
  /** Devices that are signed in already, as many for each user: a crowd's passwords would take an hour to check. */
  z.strictObject({ devices: z.number().int(), users: z.array(z.string()), dsig: z.string(), dbox: z.string() }),
])
type Line = z.infer<typeof lineSchema>
type Crowd = Extract<Line, { readonly devices: number }>

/** Milliseconds since the epoch, with fractions: comparable between the processes of one machine. */
const now = () => performance.timeOrigin + performance.now()

async function act(administration: Administration, line: Line): Promise<object> {
  if ('devices' in line) return { sessions: await signInMany(administration, line) }
  const start = now()
  const done = await administration.run(line.changes)
  if (!done.ok || 'pending' in done) throw new Error(JSON.stringify(done))
  return { start, end: now() }
}

function signInMany({ store }: Administration, { devices, users, dsig, dbox }: Crowd): Promise<readonly object[]> {
  const at = Date.now()
  const dsigPublic = Buffer.from(primitives.signPublicKey(Buffer.from(dsig, 'base64'))).toString('base64')
  const dboxPublic = Buffer.from(primitives.boxPublicKey(Buffer.from(dbox, 'base64'))).toString('base64')
  return store.transaction(async (inside) => {
    const made: object[] = []
    for (const user of users) {
      for (let index = 0; index < devices; index += 1) {
        const device = `crowd-${index}`
        const acknowledged = { ack_epoch: 0, ack_version: 0, ack_head: '' }
        const keys = { dsig: dsigPublic, dbox: dboxPublic }
        await inside.devices.add({
          id: device,
          user,
          name: device,
          ...keys,
          state: 'active',
          seq: 0,
          ...acknowledged,
          last: at,
        })
        const sid = Buffer.from(randomBytes(32)).toString('base64')
        const ends = { exp: at + sessionLifetimeMs, idle: at + sessionIdleMs }
        await inside.sessions.add({ hash: hashOf(sid), user, device, ...ends, totp: '', admin: 0, admin_idle: 0 })
        made.push({ user, device, sid })
      }
    }
    return made
  })
}

const context = await openContext(process.argv[2] ?? '')
if (!context.ok) throw new Error(context.why)
const administration = await administer(context.value)
for await (const text of createInterface({ input: process.stdin })) {
  const answer = await act(administration, lineSchema.parse(JSON.parse(text)))
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await context.value.store.close()
