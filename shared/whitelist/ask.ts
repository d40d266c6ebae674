/**
 * Answers to `Ask`, the channel for what is not the list: sealed to the device as lists are, and signed by F for exactly
 * the request that asked. A failure travels the same way: unlike a SOAP fault it is proven to be the server's word.
 */
import { z } from 'zod'
import { failureKinds } from '../rpc.ts'
import { type Canonical, decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import type { Primitives, Random } from './bytes/primitives.ts'
import { count } from './bytes/schemas.ts'
import { signAs, verifyAs } from './bytes/signing.ts'
import { maxAskAnswerBytes } from './limits.ts'
import type { AskRequest } from './request.ts'
import { openBody, sealBody, sealHash } from './sealed.ts'

const goodSchema = z.strictObject({ ok: z.literal(true), out: z.custom<Canonical>((value) => value !== undefined) })
const refusalSchema = z.strictObject({
  ok: z.literal(false),
  kind: z.enum(failureKinds),
  detail: z
    .strictObject({
      retryAfter: count.exactOptional(),
      fields: z.array(z.string().max(100)).max(20).readonly().exactOptional(),
      /** One word of a set that the question's words know. */
      reason: z
        .string()
        .regex(/^[A-Za-z]{1,40}$/)
        .exactOptional(),
    })
    .readonly()
    .exactOptional(),
})
const answerSchema = z.discriminatedUnion('ok', [goodSchema, refusalSchema])
/** The answer inside the seal: what was asked for, or why there is none. */
export type AskAnswer = Readonly<z.infer<typeof answerSchema>>

/** As it is read: a newer server's answer is the server's word too, so its kind may be one that is not known here. */
const openedSchema = z.discriminatedUnion('ok', [
  goodSchema,
  refusalSchema.extend({ kind: z.string().regex(/^[A-Za-z]{1,40}$/) }),
])
type OpenedAnswer = Readonly<z.infer<typeof openedSchema>>

/** The request that an answer belongs to. */
export type Asked = Pick<AskRequest, 'usr' | 'dev' | 'non' | 'seq' | 'what'>
/** The answer on its way: sealed bytes, commitment to their key (hex), and F's signature. */
export type SealedAnswer = { readonly sealed: Uint8Array; readonly kc: string; readonly sig: Uint8Array }

type Sealing = { readonly freshSeed: Uint8Array; readonly deviceBox: Uint8Array; readonly random: Random }

/** Seals an answer; one that is too large becomes the failure that says so. */
export function sealAskAnswer(
  primitives: Primitives,
  answer: AskAnswer,
  asked: Asked,
  { freshSeed, deviceBox, random }: Sealing,
): SealedAnswer {
  const whole = encodeCanonical(answerSchema.parse(answer))
  const body = whole.length <= maxAskAnswerBytes ? whole : encodeCanonical({ ok: false, kind: 'tooLarge' })
  const { bytes, kc, seal } = sealBody(primitives, body, deviceBox, random)
  return { sealed: bytes, kc, sig: signAs(primitives, 'answer', statementOf(asked, { seal, kc }), freshSeed) }
}

type Opening = { readonly freshKeys: readonly Uint8Array[]; readonly boxSecret: Uint8Array }

/** The answer, if F signed it for this request of this device and it opens with the device's key; else `undefined`. */
export function openAskAnswer(
  primitives: Primitives,
  { sealed, kc, sig }: SealedAnswer,
  asked: Asked,
  { freshKeys, boxSecret }: Opening,
): OpenedAnswer | undefined {
  const bytes = statementOf(asked, { seal: sealHash(primitives, sealed), kc })
  // The signature first: only what F vouches for is opened with the device's key.
  if (!verifyAs(primitives, 'answer', { bytes, signature: sig }, freshKeys)) return undefined
  const opened = openBody(primitives, sealed, boxSecret, kc)
  if (!opened.ok || opened.value.length > maxAskAnswerBytes) return undefined
  const parsed = openedSchema.safeParse(decodeCanonical(opened.value))
  return parsed.success ? parsed.data : undefined
}

function statementOf(
  { usr, dev, non, seq, what }: Asked,
  { seal, kc }: { readonly seal: string; readonly kc: string },
): Uint8Array {
  return encodeCanonical({ t: 'answer', usr, dev, non, seq, what, seal, kc })
}
