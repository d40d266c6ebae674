/** Signed requests: the bytes of each operation and the device's signature over them (protocol.md section 4). */
import { z } from 'zod'
import { type Canonical, decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import { concat, fromBase64, utf8 } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { count, hash, name, nonce, publicKey, signature } from './bytes/schemas.ts'
import { signAs, verifyAs } from './bytes/signing.ts'
import { maxParts, maxRequestBytes } from './limits.ts'

/** Operations whose request is signed by the device. A login's request bytes are its sealed bytes. */
export type SignedAction = 'Login' | 'Sync' | 'Wait' | 'Logout' | 'Ack' | 'Report' | 'Ask' | 'Rekey'

/** `head` of a client that has none. */
const hashOrNone = z.union([hash, z.literal('')])
const common = { usr: name, dev: name, non: nonce, seq: count }
const listState = { lst: name, ep: count, ver: count }

const requestSchemas = {
  /** `part`: counted from 0. `man`: version of the manifest that the client holds, so that it gets every step since. */
  Sync: z.strictObject({
    ...common,
    ...listState,
    head: hashOrNone,
    want: z.enum(['auto', 'full']),
    part: z
      .number()
      .int()
      .min(0)
      .max(maxParts - 1),
    man: count,
  }),
  Wait: z.strictObject({ ...common, ...listState }),
  Logout: z.strictObject(common),
  /** An applied version, or, with `cmd` and `step`, how far a command has been carried out (section 9). */
  Ack: z.strictObject({
    ...common,
    ...listState,
    head: hashOrNone,
    cmd: name.exactOptional(),
    step: z.enum(['started', 'done']).exactOptional(),
  }),
  /** A refused answer: `what` is a `SyncFailure`. */
  Report: z.strictObject({
    ...common,
    ...listState,
    what: z.string().regex(/^[A-Za-z]{1,40}$/),
    alarm: z.boolean(),
  }),
  /** What is not the list: `what` is a name of asks.ts, `in` its input. */
  Ask: z.strictObject({
    ...common,
    what: z.string().regex(/^[A-Za-z.]{1,60}$/),
    in: z.custom<Canonical>((value) => value !== undefined),
  }),
  /** The device's next keys (command `rotate`); signed by the keys that it has, `proof` by the next ones. */
  Rekey: z.strictObject({ ...common, DsigPk: publicKey, DboxPk: publicKey, proof: signature }),
} as const

/** Operations whose request is an object of this file. */
export type RequestAction = keyof typeof requestSchemas
/** The request of an operation. */
export type RequestOf<A extends RequestAction> = Readonly<z.infer<(typeof requestSchemas)[A]>>
/** Asks for what is newer than the version that the client has. */
export type SyncRequest = RequestOf<'Sync'>
/** Asks to be told when there is something newer. */
export type WaitRequest = RequestOf<'Wait'>
/** Says what the device has applied or carried out. */
export type AckRequest = RequestOf<'Ack'>
/** Asks something that is not the list. */
export type AskRequest = RequestOf<'Ask'>
/** Brings the device's next keys. */
export type RekeyRequest = RequestOf<'Rekey'>

/** The request bytes of an operation. */
export function encodeRequest<A extends RequestAction>(action: A, request: RequestOf<A>): Uint8Array {
  return encodeCanonical(requestSchemas[action].parse(request))
}

/** A request from its bytes, in form only. */
export function decodeRequest<A extends RequestAction>(action: A, bytes: Uint8Array): RequestOf<A> | undefined {
  if (bytes.length > maxRequestBytes) return undefined
  // One table serves all operations; that its entry fits the name is known here, but not to the compiler.
  const schema: z.ZodType<RequestOf<A>> = requestSchemas[action] as never
  const parsed = schema.safeParse(decodeCanonical(bytes))
  return parsed.success ? parsed.data : undefined
}

type NextKeys = Pick<RekeyRequest, 'usr' | 'dev' | 'DsigPk' | 'DboxPk'>

/** Proves that a device holds the keys that it asks for: signed by the next Dsig. */
export function signRekey(primitives: Primitives, keys: NextKeys, nextSeed: Uint8Array): Uint8Array {
  return signAs(primitives, 'rekey', rekeyBytes(keys), nextSeed)
}

/** Whether whoever asks has the keys that are to be the next ones. */
export function verifyRekey(primitives: Primitives, asked: RekeyRequest): boolean {
  const key = fromBase64(asked.DsigPk, 32)
  const proof = fromBase64(asked.proof, 64)
  return !!key && !!proof && verifyAs(primitives, 'rekey', { bytes: rekeyBytes(asked), signature: proof }, [key])
}

function rekeyBytes({ usr, dev, DsigPk, DboxPk }: NextKeys): Uint8Array {
  return encodeCanonical({ usr, dev, DsigPk, DboxPk })
}

/** What was called, in which session (empty before and without one), with which bytes. */
type SignedCall = { readonly action: SignedAction; readonly sid: string; readonly bytes: Uint8Array }

/** Signs `DS("req") ‖ action ‖ LF ‖ sid ‖ LF ‖ request bytes` with Dsig; acknowledgements have a domain of their own. */
export function signRequest(primitives: Primitives, call: SignedCall, deviceSeed: Uint8Array): Uint8Array {
  return signAs(primitives, typeOf(call.action), signedBytes(call), deviceSeed)
}

/** Whether the device's key signed this call. */
export function verifyRequest(
  primitives: Primitives,
  call: SignedCall,
  signature: Uint8Array,
  deviceKey: Uint8Array,
): boolean {
  return verifyAs(primitives, typeOf(call.action), { bytes: signedBytes(call), signature }, [deviceKey])
}

function typeOf(action: SignedAction): 'ack' | 'req' {
  return action === 'Ack' ? 'ack' : 'req'
}

function signedBytes({ action, sid, bytes }: SignedCall): Uint8Array {
  return concat(utf8(`${action}\n${sid}\n`), bytes)
}
