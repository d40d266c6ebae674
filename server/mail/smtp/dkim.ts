/** DKIM signatures as facts, without holding anybody else up: large messages are verified in a thread of their own. */
import { resolveTxt } from 'node:dns/promises'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import {
  type DkimAnswer,
  type DkimFacts,
  type DkimMeans,
  type DkimResolver,
  gatherDkim,
  type SignedMessage,
} from '../../../shared/guard/dkim.ts'
import type { Clock } from '../../ground/clock.ts'
import { verifyDkim } from './dkim-verify.ts'

/** TXT records by name, each as one text; a test gives its own. */
export type Dns = Pick<DkimMeans, 'txt'>

/** The resolver of the machine. The strings of one record belong together (RFC 6376 3.6.2.2). */
export const systemDns: Dns = {
  txt: async (name) => (await resolveTxt(name)).map((strings) => strings.join('')),
}

/** Bytes that are verified at once: of 25 MB, seven signatures take three seconds. */
const maxAtOnce = 128 * 1_024
/** Milliseconds for a large message: then it is not proven. */
const patienceMs = 30_000

/** Never rejects. */
export function dkimFacts(
  message: Pick<SignedMessage, 'raw' | 'message'>,
  { txt }: Dns,
  clock: Clock,
): Promise<DkimFacts> {
  const signed = { ...message, now: clock.now() }
  const isSmall = signed.raw.length <= maxAtOnce
  return gatherDkim(signed, {
    txt,
    verify: (raw, resolver) => (isSmall ? verifyDkim(raw, resolver) : verifyApart(raw, resolver)),
  })
}

const signatureSchema = z.object({
  signingDomain: z.string().exactOptional(),
  status: z.object({ result: z.string(), testing: z.boolean() }),
  signingHeaders: z.object({ keys: z.string() }).exactOptional(),
  canonBodyLengthLimited: z.boolean().exactOptional(),
  signTime: z.string().nullable(),
  expiresAfter: z.string().nullable(),
})
const saidSchema = z.union([
  z.object({ ask: z.string() }),
  z.object({ answer: z.object({ fromFields: z.number(), results: z.array(signatureSchema) }) }),
])

async function verifyApart(raw: Uint8Array, resolver: DkimResolver): Promise<DkimAnswer> {
  // Without our environment: the thread reads what a stranger wrote, and nothing secret need be in it.
  const worker = new Worker(new URL('./dkim-worker.ts', import.meta.url), { workerData: raw, env: {} })
  const { promise, resolve, reject } = Promise.withResolvers<DkimAnswer>()
  const late = setTimeout(() => reject(new Error('verifying took too long')), patienceMs)
  worker.on('message', (message: unknown) => {
    const said = saidSchema.parse(message)
    if ('answer' in said) resolve(said.answer)
    else void tell(worker, resolver, said.ask)
  })
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('the verifier ended')))
  try {
    return await promise
  } finally {
    clearTimeout(late)
    // Also one that is late: it would go on computing for a message that was judged without it.
    await worker.terminate()
  }
}

async function tell(worker: Worker, resolver: DkimResolver, name: string): Promise<void> {
  const texts = await resolver(name).then(
    (records) => records.map((pieces) => pieces.join('')),
    () => undefined,
  )
  worker.postMessage({ name, ...(texts ? { texts } : {}) }, [])
}
