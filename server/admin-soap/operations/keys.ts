/** The organisation's keys, as far as the root key is on the server. */
import { z } from 'zod'
import { type KeyStep, keyFactsSchema, rotatingKeySchema } from '../../../shared/key-steps.ts'
import { moveKeys, readKeysView } from '../../administration/keys/key-desk.ts'
import { asked } from '../changing.ts'
import { type Answer, refused } from '../faults.ts'
import { type Desk, operation, time, timeOf } from '../operation.ts'

const manifest = { version: z.number().int(), epoch: z.number().int(), expires: time }

const listKeys = operation({
  name: 'ListKeys',
  scope: 'read',
  input: z.strictObject({}),
  output: z.strictObject({
    ...manifest,
    /** Root keys that must sign the next manifest. */
    threshold: z.number().int(),
    /** Of these, how many are not on the server: without them nothing below is done. */
    missing: z.number().int(),
    keys: z.array(keyFactsSchema.meta({ id: 'KeyFacts' })),
  }),
  async work({ policy }) {
    const keys = await readKeysView(policy)
    if (!keys.ok) return refused(keys.why)
    const { version, epoch, expires, threshold } = keys.value.manifest
    const { missing, keys: facts } = keys.value
    return { ok: true, value: { version, epoch, expires: timeOf(expires), threshold, missing, keys: [...facts] } }
  },
})

const moved = z.strictObject(manifest)

async function take({ policy, who }: Desk, step: KeyStep, why = ''): Promise<Answer<z.infer<typeof moved>>> {
  const done = await moveKeys(policy, step, { why, who, via: 'soap' })
  if (!done.ok) return refused(done.why)
  return { ok: true, value: { ...done.value, expires: timeOf(done.value.expires) } }
}

const rotateKey = operation({
  name: 'RotateKey',
  scope: 'all',
  /** `stolen`: nobody may trust the old key; of the policy key, no list that it signed either. */
  input: z.strictObject({ key: rotatingKeySchema, stolen: z.boolean().optional(), why: asked.why }),
  output: moved,
  work: (desk, { key, stolen = false, why }) => take(desk, { step: 'rotate', key, stolen }, why),
})

const retireKey = operation({
  name: 'RetireKey',
  scope: 'all',
  input: z.strictObject({ key: rotatingKeySchema, why: asked.why }),
  output: moved,
  work: (desk, { key, why }) => take(desk, { step: 'retire', key }, why),
})

const renewManifest = operation({
  name: 'RenewManifest',
  scope: 'all',
  input: z.strictObject({ why: asked.why }),
  output: moved,
  work: (desk, { why }) => take(desk, { step: 'renew' }, why),
})

export const keyOperations = [listKeys, rotateKey, retireKey, renewManifest]
