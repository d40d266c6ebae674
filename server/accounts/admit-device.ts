/** Whether a device whose user has just proven the password may have the list (protocol.md 5.1, 5.3, 5.5). */
import type { Login } from '../../shared/whitelist/login.ts'
import type { Clock } from '../ground/clock.ts'
import { hashOf } from '../ground/hash.ts'
import type { Config } from '../settings/config.ts'
import type { Store } from '../store/store.ts'
import type { DeviceRow, DeviceState } from '../store/tables.ts'

/** `otherKeys`: the id is known with other keys, so this is another device that names itself so. */
type Admission = DeviceState | 'otherKeys' | 'wrongCode' | 'tooMany'
type AdmissionFacts = { readonly store: Store; readonly config: Config; readonly clock: Clock }

/** Devices of one user; a stolen password must not fill the store. */
const maxDevices = 50

/**
 * Admits the device of a login, and takes it into the store where it is new. `user`: whose password was proven. Gives
 * the device's state, or why it is not admitted.
 */
export async function admitDevice(facts: AdmissionFacts, user: string, asked: Login): Promise<Admission> {
  // The ordinary login, of a device that is known, needs no lock.
  const settled = settledBy(await facts.store.devices.get(user, asked.dev), asked)
  return settled ?? facts.store.transaction((inside) => admit(inside, facts, { user, asked }))
}

/** Undefined: the device is new or pending, and may be admitted now. */
function settledBy(known: DeviceRow | undefined, asked: Login): Admission | undefined {
  if (known && (known.dsig !== asked.DsigPk || known.dbox !== asked.DboxPk)) return 'otherKeys'
  return known?.state === 'pending' ? undefined : known?.state
}

type Candidate = { readonly user: string; readonly asked: Login }

async function admit(inside: Store, { config, clock }: AdmissionFacts, { user, asked }: Candidate): Promise<Admission> {
  const known = await inside.devices.get(user, asked.dev)
  const settled = settledBy(known, asked)
  if (settled) return settled
  const now = clock.now()
  const enrolled = await codeOf(inside, { user, asked, now })
  if (enrolled === 'wrong') return 'wrongCode'
  const approved = config.approve === 'auto' || (config.approve === 'enrolled' && enrolled === 'right')
  const state = approved ? 'active' : 'pending'
  if (known) await inside.devices.setState(user, asked.dev, state)
  else if ((await inside.devices.list(user)).length >= maxDevices) return 'tooMany'
  else await inside.devices.add(newDevice(user, asked, { state, now }))
  return state
}

type CodeFacts = { readonly user: string; readonly asked: Login; readonly now: number }

/** A code is good once; the device that used it may show it again. */
async function codeOf(inside: Store, { user, asked, now }: CodeFacts): Promise<'none' | 'right' | 'wrong'> {
  if (asked.code === undefined) return 'none'
  const hash = hashOf(asked.code)
  const row = await inside.access.enrolment(hash)
  if (!row || row.user !== user || row.exp <= now) return 'wrong'
  if (row.device === asked.dev) return 'right'
  return (await inside.access.spendEnrolment(hash, asked.dev)) ? 'right' : 'wrong'
}

function newDevice(user: string, asked: Login, { state, now }: { readonly state: DeviceState; readonly now: number }) {
  return {
    id: asked.dev,
    user,
    name: asked.devName,
    dsig: asked.DsigPk,
    dbox: asked.DboxPk,
    state,
    seq: 0,
    ack_epoch: 0,
    ack_version: 0,
    ack_head: '',
    last: now,
  }
}
