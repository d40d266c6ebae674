/** Verifies one large message in a thread of its own, and asks the thread that started it for DNS records. */
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { verifyDkim } from './dkim-verify.ts'

const rawSchema = z.instanceof(Uint8Array)
const recordSchema = z.object({ name: z.string(), texts: z.array(z.string()).optional() })

const raw = rawSchema.parse(workerData)
const waiting = new Map<string, (texts: readonly string[] | undefined) => void>()

parentPort?.on('message', (message: unknown) => {
  const { name, texts } = recordSchema.parse(message)
  waiting.get(name)?.(texts)
})

async function resolver(name: string): Promise<string[][]> {
  const { promise, resolve } = Promise.withResolvers<readonly string[] | undefined>()
  // Two signatures may ask for one record at a time; the answer serves both.
  const before = waiting.get(name)
  waiting.set(name, (texts) => {
    before?.(texts)
    resolve(texts)
  })
  parentPort?.postMessage({ ask: name }, [])
  const texts = await promise
  if (!texts) throw new Error('no record')
  return texts.map((text) => [text])
}

parentPort?.postMessage({ answer: await verifyDkim(raw, resolver) }, [])
parentPort?.close()
