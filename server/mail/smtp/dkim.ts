/** The verifier of DKIM signatures; the server's only file that knows mailauth. */
import { resolveTxt } from 'node:dns/promises'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type DkimFacts, type DkimMeans, gatherDkim, type SignedMessage } from '../../../shared/guard/dkim.ts'
import type { Clock } from '../../clock.ts'

export type Dns = Pick<DkimMeans, 'txt'>

export const systemDns: Dns = {
  txt: async (name) => (await resolveTxt(name)).map((strings) => strings.join('')),
}

/** Never rejects. */
export function dkimFacts(signed: SignedMessage, { txt }: Dns, clock: Clock): Promise<DkimFacts> {
  const curTime = new Date(clock.now())
  return gatherDkim(signed, {
    txt,
    verify: (raw, resolver) => dkimVerify(Buffer.from(raw), { resolver, strict: true, curTime }),
  })
}
