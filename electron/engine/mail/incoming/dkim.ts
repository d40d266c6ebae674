/** DKIM signatures of a message as facts for the guard; the only file that knows mailauth. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { DkimFact } from '../../../../shared/guard.ts'
import type { DnsResolver } from '../../ports.ts'

/** `again`: DNS did not answer; the same message may be proven later. */
export type DkimFacts = { readonly dkim: readonly DkimFact[]; readonly again: boolean }

/** Answers of a resolver that says: there is no such record. Anything else is no answer. */
const noRecord = new Set(['ENOTFOUND', 'ENODATA'])

/** Verifies by RFC 6376 to the letter (strict: no SHA-1, no lenient syntax), keys of at least 1,024 bits. Never rejects. */
export async function dkimFacts(raw: Uint8Array, dns: DnsResolver, now: number): Promise<DkimFacts> {
  let again = false
  const resolver = async (name: string): Promise<string[][]> => {
    try {
      return (await dns.txt(name)).map((text) => [text])
    } catch (error) {
      if (!noRecord.has(codeOf(error))) again = true
      throw error
    }
  }
  try {
    const options = { resolver, strict: true, curTime: new Date(now) }
    const { results, fromFields } = await dkimVerify(Buffer.from(raw), options)
    // The guard reads From by our parser. Where the two count differently, nothing that was verified is about that From.
    if (fromFields !== 1) return { dkim: [], again: false }
    return { dkim: results.flatMap(factOf), again }
  } catch {
    // F1: a message that breaks the verifier is not proven.
    return { dkim: [], again: false }
  }
}

type SignatureResult = {
  readonly signingDomain?: string
  readonly status: { readonly result: string }
  readonly signingHeaders?: { readonly keys: string }
  readonly canonBodyLengthLimited?: boolean
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
