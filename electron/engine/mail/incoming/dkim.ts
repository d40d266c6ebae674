/** The verifier of DKIM signatures; the engine's only file that knows mailauth. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type DkimFacts, gatherDkim, type SignedMessage, timelessly } from '../../../../shared/guard/dkim.ts'
import type { DnsResolver } from '../../ground/ports.ts'

/** Never rejects. */
export function dkimFacts(signed: SignedMessage, { txt }: DnsResolver): Promise<DkimFacts> {
  return gatherDkim(signed, {
    txt,
    verify: (raw, resolver) => dkimVerify(Buffer.from(raw), { resolver, strict: true, curTime: timelessly }),
  })
}
