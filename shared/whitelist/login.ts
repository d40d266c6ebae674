/** Login: the sealed question and its sealed, signed answer (protocol.md sections 5.3 and 5.4). */
import { z } from 'zod'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import type { Primitives, Random } from './bytes/primitives.ts'
import { base64, count, name, nonce, publicKey } from './bytes/schemas.ts'
import { signAs, verifyAs } from './bytes/signing.ts'
import { maxRequestBytes } from './limits.ts'
import { openMessage, sealHash, sealMessage } from './sealed.ts'

const loginSchema = z.strictObject({
  /** Login name or address, as typed. */
  usr: z.string().min(1).max(320),
  pw: z.string().min(1).max(1_000),
  otp: z.string().max(64).exactOptional(),
  /** One-time secret of the enrolment code, base64. */
  code: base64(16).exactOptional(),
  /** The server's nonce of `Hello`. */
  sNon: nonce,
  /** The client's nonce of `Hello`. */
  non: nonce,
  /** The device's identifier, chosen by the device. */
  dev: name,
  devName: z.string().max(200),
  DsigPk: publicKey,
  DboxPk: publicKey,
})
/** What a device says when it signs in: who, by which proof, for which keys. */
export type Login = Readonly<z.infer<typeof loginSchema>>

const mailServerSchema = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  security: z.enum(['tls', 'starttls', 'none']),
  /** PEM certificate to trust for this server. */
  ca: z.string().max(20_000).exactOptional(),
})
/** The mail servers as the server names them: in a login's answer, and in that to the question `me`. */
export const mailServersSchema = z.strictObject({
  imap: mailServerSchema,
  smtp: mailServerSchema,
  /** Whose Authentication-Results count (guard.md I5). */
  authserv: z.string().max(253).exactOptional(),
})
/** Where one mail server is, and how it is to be trusted. */
export type MailServer = Readonly<z.infer<typeof mailServerSchema>>
/** Where the user's mail is read and sent. */
export type MailServers = Readonly<z.infer<typeof mailServersSchema>>

const sessionAnswerSchema = z.strictObject({
  t: z.literal('session'),
  /** Session identifier; the server keeps only its hash. */
  sid: base64(32),
  /** When the session ends, milliseconds since the epoch. */
  exp: count,
  /** After how many milliseconds without a request it ends. */
  idle: count,
  usr: name,
  name: z.string().max(200),
  address: z.string().max(320),
  dev: name,
  lst: name,
  mail: mailServersSchema,
  /** The server's half of what opens this device's store (protocol.md section 9, mode `online-unlock`), base64. */
  half: base64(32).exactOptional(),
})
/** What the server tells a device that has signed in. */
export type SessionAnswer = Readonly<z.infer<typeof sessionAnswerSchema>>

/** The nonces of `Hello` that a login and its answer belong to, base64. */
export type HelloNonces = { readonly non: string; readonly sNon: string }

/** Seals a login to the server's key: the request bytes that the device then signs (`signRequest`, action `Login`). */
export function sealLogin(primitives: Primitives, login: Login, serverKey: Uint8Array, random: Random): Uint8Array {
  return sealMessage(primitives, encodeCanonical(loginSchema.parse(login)), serverKey, random)
}

/** Opens a login with one of the server's secrets; in form only, the caller checks signature, nonce and password. */
export function openLogin(
  primitives: Primitives,
  sealed: Uint8Array,
  serverSecrets: readonly Uint8Array[],
): Login | undefined {
  if (sealed.length > maxRequestBytes) return undefined
  // Several while a key is being replaced: a device that has not heard of the new one seals to the old.
  for (const secret of serverSecrets) {
    const bytes = openMessage(primitives, sealed, secret)
    const parsed = bytes && loginSchema.safeParse(decodeCanonical(bytes))
    if (parsed?.success) return parsed.data
  }
  return undefined
}

/** Who answers a login, to whom. */
type LoginAnswerKeys = {
  readonly freshSeed: Uint8Array
  readonly deviceBox: Uint8Array
  readonly random: Random
}

/** Seals the answer to the device and signs it with F, bound to both nonces. */
export function makeLoginAnswer(
  primitives: Primitives,
  answer: SessionAnswer,
  nonces: HelloNonces,
  keys: LoginAnswerKeys,
): { readonly sealed: Uint8Array; readonly signature: Uint8Array } {
  const bytes = encodeCanonical(sessionAnswerSchema.parse(answer))
  const sealed = sealMessage(primitives, bytes, keys.deviceBox, keys.random)
  return {
    sealed,
    signature: signAs(primitives, 'session', sessionStatement(primitives, nonces, sealed), keys.freshSeed),
  }
}

/** Verifies and opens a login's answer: signed by F for exactly these nonces, sealed to this device. */
export function openLoginAnswer(
  primitives: Primitives,
  answer: { readonly sealed: Uint8Array; readonly signature: Uint8Array },
  nonces: HelloNonces,
  keys: { readonly freshKeys: readonly Uint8Array[]; readonly boxSecret: Uint8Array },
): SessionAnswer | undefined {
  if (answer.sealed.length > maxRequestBytes) return undefined
  const statement = sessionStatement(primitives, nonces, answer.sealed)
  const signed = { bytes: statement, signature: answer.signature }
  if (!verifyAs(primitives, 'session', signed, keys.freshKeys)) return undefined
  const bytes = openMessage(primitives, answer.sealed, keys.boxSecret)
  const parsed = bytes && sessionAnswerSchema.safeParse(decodeCanonical(bytes))
  return parsed?.success ? parsed.data : undefined
}

function sessionStatement(primitives: Primitives, { non, sNon }: HelloNonces, sealed: Uint8Array): Uint8Array {
  return encodeCanonical({ t: 'session', non, sNon, seal: sealHash(primitives, sealed) })
}
