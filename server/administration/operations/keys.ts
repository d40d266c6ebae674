/** The organisation's keys, as far as the root key is on the server. */

import { z } from 'zod'
import { manifestForm } from '../../../shared/administration/deeds.ts'
import { readings } from '../../../shared/administration/readings.ts'
import { type KeyStep, rotatingKeySchema } from '../../../shared/key-steps.ts'
import { askKeys, moveKeys } from '../keys/key-desk.ts'
import { type Desk, deed, type OperationAnswer, reasonField, refusedBy } from './operation.ts'

/** Told by the process that holds the keys, not from the store. */
export const listKeys = deed({
  role: 'auditor',
  scope: 'read',
  ...readings.keys,
  async work({ policy }) {
    const keys = await askKeys(policy)
    return keys.ok ? { ok: true, value: { ...keys.value, keys: [...keys.value.keys] } } : refusedBy(keys)
  },
})

async function take(
  { policy, actor, patience, isAtServer }: Desk,
  step: KeyStep,
  reason = '',
): Promise<OperationAnswer<z.output<typeof manifestForm>>> {
  // A new policy key signs every list anew. At the server this very process does, and must not end before.
  const done = await moveKeys(policy, step, { why: reason, ...actor, ...(isAtServer ? {} : { patience }) })
  return done.ok ? done : refusedBy(done)
}

/** What all steps have in common. */
const step = { role: 'administrator', scope: 'all', output: manifestForm } as const

/** `stolen`: nobody may trust the old key; of the policy key, no list that it signed either. */
export const rotateKeyOperation = deed({
  name: 'RotateKey',
  ...step,
  input: z.strictObject({ key: rotatingKeySchema, stolen: z.boolean().optional(), why: reasonField }),
  work: (desk, { key, stolen = false, why: reason }) => take(desk, { step: 'rotate', key, stolen }, reason),
})

/** All but the newest key are taken out. */
export const retireKeyOperation = deed({
  name: 'RetireKey',
  ...step,
  input: z.strictObject({ key: rotatingKeySchema, why: reasonField }),
  work: (desk, { key, why: reason }) => take(desk, { step: 'retire', key }, reason),
})

/** The same keys, valid for longer. `newEpoch`: every list is signed anew, for devices that took a wrong time. */
export const renewManifestOperation = deed({
  name: 'RenewManifest',
  ...step,
  input: z.strictObject({ newEpoch: z.boolean().optional(), why: reasonField }),
  work: (desk, { newEpoch, why: reason }) =>
    take(desk, { step: 'renew', ...(newEpoch === undefined ? {} : { newEpoch }) }, reason),
})

/** What is done and asked about the organisation's keys, in the order of the WSDL. */
export const keyOperations = [listKeys, rotateKeyOperation, retireKeyOperation, renewManifestOperation]
