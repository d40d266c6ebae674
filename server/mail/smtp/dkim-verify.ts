/** The verifier of DKIM signatures; the server's only file that knows mailauth. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type DkimAnswer, type DkimResolver, timelessly } from '../../../shared/guard/dkim.ts'

/** What it answers may be sent to another thread. */
export async function verifyDkim(raw: Uint8Array, resolver: DkimResolver): Promise<DkimAnswer> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const { fromFields, results } = await dkimVerify(bytes, { resolver, strict: true, curTime: timelessly })
  return {
    fromFields,
    results: results.map(
      ({ signingDomain, status, signingHeaders, canonBodyLengthLimited, signTime, expiresAfter }) => ({
        ...(signingDomain === undefined ? {} : { signingDomain }),
        status: { result: status.result, testing: status.testing === true },
        ...(signingHeaders === undefined ? {} : { signingHeaders: { keys: signingHeaders.keys } }),
        ...(canonBodyLengthLimited === undefined ? {} : { canonBodyLengthLimited }),
        signTime: signTime ?? null,
        expiresAfter: expiresAfter ?? null,
      }),
    ),
  }
}
