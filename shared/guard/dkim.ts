/**
 * DKIM signatures as facts for the guard (I2): which messages are worth verifying, and what the verifier's answer means.
 * The verifier and the DNS arrive as arguments, so that client and gateway decide alike.
 */

import { authorOf, type RawMessage } from '../header.ts'
import type { DkimFact, ListView } from './facts.ts'

/** `again`: DNS did not answer; the same message may be proven later. */
export type DkimFacts = { readonly dkim: readonly DkimFact[]; readonly again: boolean }

/** A message as it came, and cut. Times are milliseconds since the epoch. */
export type SignedMessage = {
  readonly raw: Uint8Array
  readonly message: RawMessage
  readonly now: number
  /** When the own side received it; absent: now. */
  readonly at?: number
}

/** Answers a name with its TXT records, each in pieces, as the verifier wants them. */
export type DkimResolver = (name: string) => Promise<string[][]>

/** The powers that checking a signature needs. */
export type DkimMeans = {
  /** The TXT records of a name, each record's strings joined. Rejects when there is no answer. */
  readonly txt: (name: string) => Promise<readonly string[]>
  /** Verifies by RFC 6376 to the letter: no SHA-1, no lenient syntax, no key below 1,024 bits. */
  readonly verify: (raw: Uint8Array, resolver: DkimResolver) => Promise<DkimAnswer>
}

/** The verifier's clock: it is to find no signature too old. What is in time is decided here. */
export const timelessly = new Date(1)

/** What of the verifier's answer counts. */
export type DkimAnswer = { readonly fromFields: number; readonly results: readonly SignatureResult[] }
type SignatureResult = {
  readonly signingDomain?: string
  /** `testing`: the key says `t=y`. */
  readonly status: { readonly result: string; readonly testing?: boolean }
  readonly signingHeaders?: { readonly keys: string }
  readonly canonBodyLengthLimited?: boolean
  /** `t=` and `x=` as ISO 8601; null where the signature has none. */
  readonly signTime?: string | null
  readonly expiresAfter?: string | null
}

/** More DKIM signatures than this and none is looked at: each costs a DNS query. */
const maxSignatures = 8
/** Longest signature, any other field, and header given to the verifier, whose time grows with their square. Bytes. */
const maxSignatureLength = 4_096
const maxSignedField = 16 * 1_024
const maxSignedHeader = 128 * 1_024
/** How far ahead of the own clock another's may be, and within which a message dated ahead is looked at again. */
const maxAhead = 5 * 60_000
const worthWaiting = 24 * 3_600_000
/** Answers of a resolver that says: there is no such record. Anything else is no answer. */
const noRecord: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])
const noFacts: DkimFacts = { dkim: [], again: false }

/** Whether the list wants this sender proven by DKIM: no stranger's message makes anybody ask the DNS for anything. */
export function asksForDkim(list: ListView | undefined, message: RawMessage, unicode: boolean): boolean {
  const author = authorOf(message, unicode)
  const level = author === undefined ? undefined : list?.find(author.address.key)?.level
  return level === 'dmarc' || level?.startsWith('dkim:') === true
}

/** Verifies what is signed, and of a size and shape with which that is soon done. Never rejects. */
export async function gatherDkim(signed: SignedMessage, { txt, verify }: DkimMeans): Promise<DkimFacts> {
  const { raw, message } = signed
  // Before the verifier sees a byte: its time grows with what a stranger chose to send (A5).
  if (!isVerifiable(raw, message)) return noFacts
  let again = false
  const resolver: DkimResolver = async (name) => {
    try {
      const records = await txt(name)
      // RFC 6376 3.6.2.2: with several records the outcome is undefined, so one of them may be anybody's.
      if (records.length !== 1) throw new Error('ENODATA')
      return records.map((text) => [text])
    } catch (error) {
      if (!noRecord.has(codeOf(error))) again = true
      throw error
    }
  }
  try {
    const { results, fromFields } = await verify(raw, resolver)
    // The guard reads From by our parser. Where the two count differently, nothing that was verified is about that From.
    if (fromFields !== 1) return noFacts
    const isAhead = (result: SignatureResult) => timeOf(result.signTime) > signed.now + maxAhead
    // A clock that is set right later, the signer's or the own, makes it good.
    again ||= results.some((one) => isAhead(one) && timeOf(one.signTime) < signed.now + worthWaiting)
    const inTime = (one: SignatureResult) => !isAhead(one) && !isExpired(one, signed)
    return { dkim: results.flatMap((one) => factOf(one, inTime(one))), again }
  } catch {
    // F1: a message that breaks the verifier is not proven.
    return noFacts
  }
}

function isVerifiable(raw: Uint8Array, message: RawMessage): boolean {
  const signatures = message.fields.filter(({ name }) => name === 'dkim-signature')
  if (message.fault || signatures.length === 0 || signatures.length > maxSignatures) return false
  if (signatures.some((field) => field.raw.length > maxSignatureLength)) return false
  if (message.fields.some((field) => field.raw.length > maxSignedField)) return false
  if (raw.length - message.body.length > maxSignedHeader) return false
  return !hasBareLineFeed(message.body)
}

/** RFC 5322 2.3 forbids it; IMAP servers deliver CRLF, so what has one was not signed so. */
function hasBareLineFeed(body: Uint8Array): boolean {
  for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, at + 1)) if (body[at - 1] !== 0x0d) return true
  return false
}

/** RFC 6376 3.5: an expiry is compared with when the own side received the message, so that old mail stays readable. */
function isExpired({ signTime, expiresAfter }: SignatureResult, { now, at = now }: SignedMessage): boolean {
  // Received before it was signed: that time is not to be trusted.
  const received = timeOf(signTime) > at ? now : Math.min(at, now)
  return timeOf(expiresAfter, Number.POSITIVE_INFINITY) <= received
}

function timeOf(text: string | null | undefined, absent = Number.NEGATIVE_INFINITY): number {
  return text === null || text === undefined ? absent : Date.parse(text)
}

function factOf(result: SignatureResult, inTime: boolean): readonly DkimFact[] {
  const { signingDomain, signingHeaders, status } = result
  if (!signingDomain || !signingHeaders) return []
  return [
    {
      domain: signingDomain.toLowerCase(),
      // A test key asks that its signatures be taken as none (RFC 6376 3.6.1).
      pass: status.result === 'pass' && status.testing !== true && inTime,
      // Unknown counts as limited: doubt proves nothing (F1).
      bodyLength: result.canonBodyLengthLimited !== false,
      signed: signingHeaders.keys.split(':').map((name) => name.trim().toLowerCase()),
    },
  ]
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
