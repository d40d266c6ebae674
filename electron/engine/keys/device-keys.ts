/** The secrets of one account on this device, and their sealed form in the keys file. */
import { z } from 'zod'
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives, Random } from '../../../shared/whitelist/bytes/primitives.ts'
import { storedLoginSchema } from '../database/account-repository.ts'
import { stretchSchema } from './stretch.ts'

/** The secrets themselves, in memory. */
export type DeviceKeys = {
  /** The device's name on the wire. */
  readonly device: string
  /** Ed25519 seed: signs requests. */
  readonly dsig: Uint8Array
  /** X25519 secret: opens seals. */
  readonly dbox: Uint8Array
  /** Raw key of kith.db. Absent in mode `online-unlock` until the server's half is there. */
  readonly database?: Uint8Array
  /** Set in mode `online-unlock` (online.ts): then the file holds the database's key nowhere else. */
  readonly online?: OnlineKey
  /**
   * Set while keys are being replaced: the pair that is not in use. The server may know either
   * (session/commands/rotate-device.ts).
   */
  readonly other?: KeyPairSecrets
  /**
   * Argon2id of the account password, for unlocking without the server in keychain mode. It keeps out a passer-by at
   * this screen. It does not keep out somebody who can read this user's keychain: that yields the KEK, and with it
   * everything here. It lies inside the sealed part, so that a stolen disk alone gives nothing to guess against.
   */
  readonly verifier?: string
}

/** As they are made, in mode `local`. */
export type NewKeys = DeviceKeys & { readonly database: Uint8Array }

/** `box`: the database's key under the server's half. */
type OnlineKey = Readonly<z.infer<typeof onlineSchema>>

type KeyPairSecrets = { readonly dsig: Uint8Array; readonly dbox: Uint8Array }

/** What keeps the key of the keys file. */
export type Protection = 'keychain' | 'passphrase'

// 32 bytes in base64, in the one spelling that is read.
const key32 = z.string().refine((text) => fromBase64(text, 32) !== undefined)

const fileSchema = z.discriminatedUnion('protection', [
  z.object({
    format: z.literal(1),
    protection: z.literal('keychain'),
    /** The keychain's item that opens this file, and no other. Absent in files of before: then `oldItem` of vault.ts. */
    item: z
      .string()
      .regex(/^kek:[\w:]{1,100}$/)
      .exactOptional(),
    nonce: z.string(),
    box: z.string(),
  }),
  z.object({
    format: z.literal(1),
    protection: z.literal('passphrase'),
    stretch: stretchSchema,
    nonce: z.string(),
    box: z.string(),
  }),
])

/** The keys file as it lies on the disk. */
export type KeysFile = z.infer<typeof fileSchema>

const onlineSchema = z.object({ nonce: z.string(), box: z.string(), login: storedLoginSchema })

const sealedSchema = z.object({
  device: z.string(),
  dsig: key32,
  dbox: key32,
  database: key32.optional(),
  other: z.object({ dsig: key32, dbox: key32 }).optional(),
  verifier: z.string().optional(),
  online: onlineSchema.optional(),
})

/** `undefined` for text that is no keys file. */
export function readKeysFile(text: string): KeysFile | undefined {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

/** New secrets under a new name; nothing is written. */
export function newDeviceKeys(random: Random, toHex: (bytes: Uint8Array) => string): NewKeys {
  return { device: `d-${toHex(random(16))}`, dsig: random(32), dbox: random(32), database: random(32) }
}

/** The sealed payload under `kek`, by NaCl's secretbox with a new nonce. */
export function sealKeys(
  keys: DeviceKeys,
  kek: Uint8Array,
  { primitives, random }: { readonly primitives: Primitives; readonly random: Random },
): { readonly nonce: string; readonly box: string } {
  const nonce = random(24)
  const payload = {
    device: keys.device,
    dsig: toBase64(keys.dsig),
    dbox: toBase64(keys.dbox),
    // In mode `online-unlock` the plain key must be in the file nowhere: the half could no longer be withheld.
    database: keys.online || !keys.database ? undefined : toBase64(keys.database),
    other: keys.other && { dsig: toBase64(keys.other.dsig), dbox: toBase64(keys.other.dbox) },
    verifier: keys.verifier,
    online: keys.online,
  }
  return { nonce: toBase64(nonce), box: toBase64(primitives.secretbox(utf8(JSON.stringify(payload)), nonce, kek)) }
}

/** `undefined` when `kek` is not the key or the file was altered. */
export function openKeys(file: KeysFile, kek: Uint8Array, primitives: Primitives): DeviceKeys | undefined {
  const nonce = fromBase64(file.nonce, 24)
  const box = fromBase64(file.box)
  const opened = nonce && box ? primitives.openSecretbox(box, nonce, kek) : undefined
  const text = opened ? fromUtf8(opened) : undefined
  if (text === undefined) return undefined
  // The box was authenticated by the KEK: what is inside was written by this app, though perhaps by an older one.
  const parsed = sealedSchema.safeParse(JSON.parse(text))
  if (!parsed.success) return undefined
  const { device, verifier, other, online } = parsed.data
  const pair = pairOf(parsed.data)
  const otherPair = other && pairOf(other)
  const database = parsed.data.database === undefined ? undefined : fromBase64(parsed.data.database, 32)
  // Exactly one of both: a file with neither opens nothing.
  const form = online ? { online } : database && { database }
  if (!pair || !form) return undefined
  const more = { ...(verifier === undefined ? {} : { verifier }), ...(otherPair ? { other: otherPair } : {}) }
  return { device, ...pair, ...form, ...more }
}

function pairOf(texts: { readonly dsig: string; readonly dbox: string }): KeyPairSecrets | undefined {
  const dsig = fromBase64(texts.dsig, 32)
  const dbox = fromBase64(texts.dbox, 32)
  return dsig && dbox ? { dsig, dbox } : undefined
}
