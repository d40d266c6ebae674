/** The verifier of DKIM signatures; the server's only file that knows mailauth. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import type { DkimAnswer, DkimResolver } from '../../../shared/guard/dkim.ts'

/** `now`: milliseconds since the epoch. What it answers may be sent to another thread. */
export async function verifyDkim(raw: Uint8Array, resolver: DkimResolver, now: number): Promise<DkimAnswer> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const { fromFields, results } = await dkimVerify(bytes, { resolver, strict: true, curTime: new Date(now) })
  return {
    fromFields,
    results: results.map(({ signingDomain, status, signingHeaders, canonBodyLengthLimited }) => ({
      ...(signingDomain === undefined ? {} : { signingDomain }),
      status: { result: status.result },
      ...(signingHeaders === undefined ? {} : { signingHeaders: { keys: signingHeaders.keys } }),
      ...(canonBodyLengthLimited === undefined ? {} : { canonBodyLengthLimited }),
    })),
  }
}
