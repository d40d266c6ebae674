/**
 * DKIM signatures as facts for the guard (I2): which messages are worth verifying, and what the verifier's answer means.
 * The verifier and the DNS arrive as arguments, so that client and gateway decide alike.
 */

import { parseMailboxes, type RawMessage } from '../header.ts'
import type { DkimFact, ListView } from './facts.ts'

/** `again`: DNS did not answer; the same message may be proven later. */
export type DkimFacts = { readonly dkim: readonly DkimFact[]; readonly again: boolean }

/** A message as it came, and cut. */
export type SignedMessage = { readonly raw: Uint8Array; readonly message: RawMessage }

/** Answers a name with its TXT records, each in pieces, as the verifier wants them. */
export type DkimResolver = (name: string) => Promise<string[][]>

/** The powers that checking a signature needs. */
export type DkimMeans = {
  /** The TXT records of a name, each record's strings joined. Rejects when there is no answer. */
  readonly txt: (name: string) => Promise<readonly string[]>
  /** Verifies by RFC 6376 to the letter: no SHA-1, no lenient syntax, no key below 1,024 bits. */
  readonly verify: (raw: Uint8Array, resolver: DkimResolver) => Promise<DkimAnswer>
}

/** What of the verifier's answer counts. */
export type DkimAnswer = { readonly fromFields: number; readonly results: readonly SignatureResult[] }
type SignatureResult = {
  readonly signingDomain?: string
  readonly status: { readonly result: string }
  readonly signingHeaders?: { readonly keys: string }
  readonly canonBodyLengthLimited?: boolean
}

/** More DKIM signatures than this and none is looked at: each costs a DNS query. */
const maxSignatures = 8
/** Longest signature, any other field, and header given to the verifier, whose time grows with their square. Bytes. */
const maxSignatureLength = 4_096
const maxSignedField = 16 * 1_024
const maxSignedHeader = 128 * 1_024
/** Answers of a resolver that says: there is no such record. Anything else is no answer. */
const noRecord: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])
const noFacts: DkimFacts = { dkim: [], again: false }

/** Whether the list wants this sender proven by DKIM: no stranger's message makes anybody ask the DNS for anything. */
export function asksForDkim(list: ListView | undefined, message: RawMessage, unicode: boolean): boolean {
  const from = message.fields.find(({ name }) => name === 'from')?.value
  const parsed = from === undefined ? undefined : parseMailboxes(from, { unicode })
  const key = parsed?.ok ? parsed.value[0]?.address.key : undefined
  const level = key === undefined ? undefined : list?.find(key)?.level
  return level === 'dmarc' || level?.startsWith('dkim:') === true
}

/** Verifies what is signed, and of a size and shape with which that is soon done. Never rejects. */
export async function gatherDkim({ raw, message }: SignedMessage, { txt, verify }: DkimMeans): Promise<DkimFacts> {
  // Before the verifier sees a byte: its time grows with what a stranger chose to send (A5).
  if (!isVerifiable(raw, message)) return noFacts
  let again = false
  const resolver: DkimResolver = async (name) => {
    try {
      return (await txt(name)).map((text) => [text])
    } catch (error) {
      if (!noRecord.has(codeOf(error))) again = true
      throw error
    }
  }
  try {
    const { results, fromFields } = await verify(raw, resolver)
    // The guard reads From by our parser. Where the two count differently, nothing that was verified is about that From.
    return fromFields === 1 ? { dkim: results.flatMap(factOf), again } : noFacts
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

function factOf(result: SignatureResult): readonly DkimFact[] {
  const { signingDomain, signingHeaders, status } = result
  if (!signingDomain || !signingHeaders) return []
  return [
    {
      domain: signingDomain.toLowerCase(),
      pass: status.result === 'pass',
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
