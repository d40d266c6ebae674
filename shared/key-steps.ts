/** The organisation's keys as an administrator sees them, and what can be done to them from afar; never a secret. */
import { z } from 'zod'

const text = z.string().max(200)
const number = z.number().int().min(0)

/** Keys that the manifest lists and a root key replaces (protocol.md 1). */
export const rotatingKeys = ['policy', 'fresh', 'server', 'gateway'] as const
/** One of those keys, as a request names it. */
export const rotatingKeySchema = z.enum(rotatingKeys)
/** A key that the manifest lists, and that a new manifest replaces. */
export type RotatingKey = z.infer<typeof rotatingKeySchema>

/** What may be known of a key: never the key itself, only its fingerprint. */
export const keyFactsSchema = z.strictObject({
  name: z.enum(['root', ...rotatingKeys]),
  /** As digits, to compare by telephone. */
  fingerprint: text,
  /** Of a gateway's key: how other organisations name it as the proof of mail from here. */
  level: text.exactOptional(),
  /** `listed`: still accepted beside the one in use. `next`: made by a rotation that is not finished. */
  state: z.enum(['inUse', 'listed', 'retired', 'next']),
  /** First and last manifest that lists it; 0 for one that none lists yet. */
  first: number,
  last: number,
  /** Whether its secret is on the server. */
  here: z.boolean(),
})
/** One key of the organisation, as the page shows it. */
export type KeyFactsView = z.infer<typeof keyFactsSchema>

/** The fields that tell of a manifest. `expires`: milliseconds since the epoch. */
export const manifestViewShape = { version: number, epoch: number, expires: z.number().int() }

/** The manifest in force, and the keys that it lists or listed. */
export const keysViewSchema = z.strictObject({
  ...manifestViewShape,
  /** How many root keys must sign the next one. */
  threshold: number,
  /** Root keys that somebody has to bring before anything can be signed. */
  missing: number,
  keys: z.array(keyFactsSchema),
  /** How many root keys there are. */
  roots: number,
})
/** The manifest and every key that it lists or listed. */
export type KeysView = z.infer<typeof keysViewSchema>

/** A step of the keys. Each ends in a new manifest, which root keys sign. */
export const keyStepSchema = z.discriminatedUnion('step', [
  /** A new key. `stolen`: nobody may trust the old one; of the policy key, no list that it signed either. */
  z.strictObject({ step: z.literal('rotate'), key: rotatingKeySchema, stolen: z.boolean() }),
  /** All but the newest key are taken out. */
  z.strictObject({ step: z.literal('retire'), key: rotatingKeySchema }),
  /** The same keys, valid for longer. `newEpoch`: every list is signed anew, and devices begin their time anew. */
  z.strictObject({ step: z.literal('renew'), newEpoch: z.boolean().exactOptional() }),
])
/** What can be done to the keys from the page. */
export type KeyStep = z.infer<typeof keyStepSchema>
