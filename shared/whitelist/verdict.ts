/** The gateway's verdict about one message, signed over its bytes: `X-Kith-Verdict` (protocol.md section 8). */
import { z } from 'zod'
import type { RawMessage } from '../header.ts'
import { decodeCanonical, encodeCanonical } from './bytes/canonical.ts'
import { fromBase64, toBase64, toHex } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { count, hash, name } from './bytes/schemas.ts'
import { signAs, taggedHash, verifyAs } from './bytes/signing.ts'

/** Name of the header field, lower case as shared/header.ts gives names. */
export const verdictHeader = 'x-kith-verdict'

const verdictSchema = z.strictObject({
  t: z.literal('verdict'),
  /** `messageIdOf` the message. */
  mid: z.string().max(998),
  /** The author's address key, as the gateway parsed it. */
  from: z.string().max(320),
  /** Level at which the author was proven, or that was asked. */
  level: z.string().max(330),
  verdict: z.enum(['pass', 'hold']),
  /** Of a hold: the author is proven at this level all the same, so that a newer list may admit the message (guard.md I6). */
  proven: z.literal(true).exactOptional(),
  /** Address key of the recipient: it is a verdict for nobody else (guard.md I12). */
  to: z.string().max(320),
  /** Whose list judged, at which version. */
  lst: name,
  ep: count,
  ver: count,
  /** `headerHash` and `bodyHash` of the message. */
  hdr: hash,
  bdy: hash,
})
/** What G signs about a message. */
export type Verdict = Readonly<z.infer<typeof verdictSchema>>

/** A message as shared/header.ts splits it: `raw` is the field as it stood, latin1, without the final CRLF. */
type SplitMessage = {
  readonly fields: readonly { readonly name: string; readonly raw: string }[]
  readonly body: Uint8Array
}

/**
 * Fields that the verdict fixes, in this order: whoever could add or change one would change who is meant, where an answer
 * goes, which conversation it stands in, or what is read.
 */
const signedFields = (
  'from to cc reply-to subject date message-id in-reply-to references ' +
  'mime-version content-type content-transfer-encoding content-disposition'
).split(' ')

/** A verdict without what the message's bytes give. */
export type VerdictFacts = Omit<Verdict, 't' | 'hdr' | 'bdy'>
/** Hashes of a message's header and body, hex. */
export type MessageHashes = Pick<Verdict, 'hdr' | 'bdy'>

/** What a verdict says of the message's bytes: the same for every recipient. */
export function messageHashes(primitives: Primitives, message: SplitMessage): MessageHashes {
  return { hdr: headerHash(primitives, message), bdy: bodyHash(primitives, message.body) }
}

/** Makes the field's value, folded for RFC 5322: `X-Kith-Verdict: ` and this go in front of the message. `seed`: of the gateway's key. */
export function signVerdict(primitives: Primitives, facts: VerdictFacts & MessageHashes, seed: Uint8Array): string {
  const verdict: Verdict = { t: 'verdict', ...facts }
  const bytes = encodeCanonical(verdictSchema.parse(verdict))
  const text = `${toBase64(bytes)}.${toBase64(signAs(primitives, 'verdict', bytes, seed))}`
  return foldField(text)
}

/** RFC 5322 section 2.2.3: base64 may be folded anywhere. */
export function foldField(text: string): string {
  return text.replace(/.{76}(?=.)/g, '$&\r\n ')
}

/** What a signature calls the message: its Message-ID, or nothing where that is no visible ASCII of a sane length. */
export function messageIdOf({ fields }: Pick<RawMessage, 'fields'>): string {
  const value = fields.find(({ name }) => name === 'message-id')?.value ?? ''
  return /^[\x21-\x7e]{1,998}$/.test(value) ? value : ''
}

/** Reads a field's value; `undefined` unless a gateway key signed it over exactly this message. */
export function readVerdict(
  primitives: Primitives,
  value: string,
  message: SplitMessage,
  gatewayKeys: readonly Uint8Array[],
): Verdict | undefined {
  // A verdict takes some hundred bytes; a stranger's header may have a megabyte.
  if (value.length > 16_384) return undefined
  const [payload, sig, ...more] = value.replace(/[ \t\r\n]+/g, '').split('.')
  if (payload === undefined || sig === undefined || more.length > 0) return undefined
  const bytes = fromBase64(payload)
  const signature = fromBase64(sig, 64)
  if (!bytes || !signature || !verifyAs(primitives, 'verdict', { bytes, signature }, gatewayKeys)) return undefined
  // After the signature: what nobody signed is not even parsed.
  const parsed = verdictSchema.safeParse(decodeCanonical(bytes))
  if (!parsed.success) return undefined
  const { hdr, bdy } = parsed.data
  const same = hdr === headerHash(primitives, message) && bdy === bodyHash(primitives, message.body)
  return same ? parsed.data : undefined
}

/** H(header): all occurrences of the signed fields, unfolded, white space runs as one space (RFC 6376 section 3.4.2). */
function headerHash(primitives: Primitives, message: Pick<SplitMessage, 'fields'>): string {
  let text = ''
  for (const wanted of signedFields) {
    for (const field of message.fields) {
      if (field.name.toLowerCase() !== wanted) continue
      const value = field.raw.slice(field.raw.indexOf(':') + 1)
      text += `${wanted}:${value.replace(/[ \t\r\n]+/g, ' ').trim()}\n`
    }
  }
  return toHex(taggedHash(primitives, 'mailHeader', latin1(text)))
}

/** H(body): without empty lines at its end, which stores add and drop (RFC 6376 section 3.4.3). */
function bodyHash(primitives: Primitives, body: Uint8Array): string {
  let end = body.length
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end--
  return toHex(taggedHash(primitives, 'mailBody', body.subarray(0, end)))
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 255)
}
