/**
 * The operations of `urn:kith:wl:1`: element names and fields, used by both ends (protocol.md section 4).
 *
 * A call is `<k:NameRequest>`, its answer `<k:NameResponse>` or a fault. All but `Hello` are signed by the device:
 * `k:ctx` holds session, device and signature, `k:b` the request bytes that the signature covers (whitelist/request.ts).
 */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../whitelist/bytes/encoding.ts'
import { hash, name, nonce } from '../whitelist/bytes/schemas.ts'
import {
  maxAskAnswerBytes,
  maxChain,
  maxManifestSteps,
  maxObjectBytes,
  maxRequestBytes,
  maxSealedBytes,
  padTo,
} from '../whitelist/limits.ts'
import type { SyncAnswer } from '../whitelist/sync/sync-answer.ts'

/** A field of canonical base64 with at most `most` bytes. */
function bytes(most: number) {
  return z.string().transform((text, context) => decoded(text, most) ?? refuse(context))
}

function decoded(text: string, most: number): Uint8Array | undefined {
  return text.length <= Math.ceil(most / 3) * 4 ? fromBase64(text) : undefined
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: 'malformed' })
  return z.NEVER
}

const signature = z.string().transform((text, context) => fromBase64(text, 64) ?? refuse(context))
/** A count in decimal, without sign or leading zeros. */
const integer = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .transform(Number)
  .refine(Number.isSafeInteger)
/** Hashes in hex, one space between. */
const hashes = z
  .string()
  .max(maxChain * 65)
  .regex(/^([0-9a-f]{64}( (?=[0-9a-f])|$))*$/)
  .transform((text) => (text === '' ? [] : text.split(' ')))
/** Signed manifests in base64, oldest first, one space between. */
const manifests = z.string().transform((text, context) => {
  // One more than allowed is split off at most, which is enough to see that there are too many.
  const texts = text === '' ? [] : text.split(' ', maxManifestSteps + 1)
  const items = texts.flatMap((item) => decoded(item, maxObjectBytes) ?? [])
  return items.length === texts.length && items.length <= maxManifestSteps ? items : refuse(context)
})

const signedRequest = z.strictObject({ b: bytes(maxRequestBytes) })
const noFields = z.strictObject({})

/** What each operation's elements hold. Request bytes `b` are those of whitelist/request.ts. */
export const operations = {
  /** `man`: version of the manifest that the client holds; the answer then holds every step since, else only the newest. */
  Hello: {
    request: z.strictObject({ non: nonce, man: integer.exactOptional() }),
    response: z.strictObject({ manifest: manifests, sNon: nonce, now: integer }),
  },
  /** Both sealed (whitelist/login.ts). The request's `sig` in `k:ctx` covers the sealed bytes. */
  Login: {
    request: z.strictObject({ sealed: bytes(maxRequestBytes) }),
    response: z.strictObject({ sealed: bytes(maxRequestBytes), sig: signature }),
  },
  Sync: {
    request: signedRequest,
    response: z.strictObject({
      fresh: bytes(maxObjectBytes),
      freshSig: signature,
      head: bytes(maxObjectBytes),
      headSig: signature,
      chain: hashes.exactOptional(),
      sealed: bytes(maxSealedBytes).exactOptional(),
      manifest: manifests.exactOptional(),
    }),
  },
  /** A poke: only a hint (section 7). */
  Wait: { request: signedRequest, response: z.strictObject({ lst: name, ep: integer, ver: integer }) },
  Logout: { request: signedRequest, response: noFields },
  Ack: { request: signedRequest, response: noFields },
  Report: { request: signedRequest, response: noFields },
  /** Whatever is not the list (asks.ts); the answer is that of whitelist/ask.ts. */
  Ask: {
    request: signedRequest,
    response: z.strictObject({ sealed: bytes(maxAskAnswerBytes + 2 * padTo), kc: hash, sig: signature }),
  },
  Rekey: { request: signedRequest, response: noFields },
} as const
/** The name of an operation, without `Request` or `Response`. */
export type OperationName = keyof typeof operations

function isOperation(text: string): text is OperationName {
  return Object.hasOwn(operations, text)
}

/** The operation that a request element names, if it is one of ours. */
export function operationOfRequest(element: string): OperationName | undefined {
  const operation = element.endsWith('Request') ? element.slice(0, -'Request'.length) : ''
  return isOperation(operation) ? operation : undefined
}

/** Who calls: `sid` is empty before a session and for a device whose session was ended. */
const contextSchema = z.strictObject({
  sid: z
    .string()
    .regex(/^[A-Za-z0-9+/=]{0,64}$/)
    .default(''),
  dev: name,
  sig: signature,
})
type CallContext = Readonly<z.output<typeof contextSchema>>

/** The caller's context of an envelope's header; `undefined` if it is not complete. */
export function readContext(header: ReadonlyMap<string, string>): CallContext | undefined {
  return readFields(contextSchema, header)
}

/** An element's fields by its schema: none missing, none unknown, all of the right form; else `undefined`. */
export function readFields<S extends z.ZodObject>(
  schema: S,
  fields: ReadonlyMap<string, string>,
): z.output<S> | undefined {
  // An unknown field is refused: what one end wrote and the other ignores could mean two things.
  for (const key of fields.keys()) if (!Object.hasOwn(schema.shape, key)) return undefined
  const parsed = schema.safeParse(Object.fromEntries(fields))
  return parsed.success ? parsed.data : undefined
}

type FieldValue = string | number | Uint8Array | readonly (string | Uint8Array)[]

/** Fields from values: bytes as base64, lists with spaces between; undefined ones are left out. */
export function writeFields(values: Readonly<Record<string, FieldValue | undefined>>): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [key, value] of Object.entries(values)) if (value !== undefined) fields.set(key, fieldText(value))
  return fields
}

function fieldText(value: FieldValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return toBase64(value)
  return value.map(fieldText).join(' ')
}

/** A sync answer as fields. */
export function writeSyncAnswer(answer: SyncAnswer): ReadonlyMap<string, string> {
  const { fresh, freshSig, head, headSig, chain, sealed, manifests: steps } = answer
  const manifest = steps.length > 0 ? steps : undefined
  return writeFields({ fresh, freshSig, head, headSig, chain: chain.length > 0 ? chain : undefined, sealed, manifest })
}

/** A sync answer from its fields, in form only: whitelist/sync/check-answer.ts decides. */
export function readSyncAnswer(fields: ReadonlyMap<string, string>): SyncAnswer | undefined {
  const read = readFields(operations.Sync.response, fields)
  if (!read) return undefined
  const { fresh, freshSig, head, headSig, chain = [], sealed, manifest = [] } = read
  return { fresh, freshSig, head, headSig, chain, manifests: manifest, ...(sealed && { sealed }) }
}
