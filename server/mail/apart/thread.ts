/** The thread beside the main one. It has nothing secret, and asks the main one for DNS records. */
import { parentPort } from 'node:worker_threads'
import { gatherDkim } from '../../../shared/guard/dkim.ts'
import { splitMessage } from '../../../shared/header.ts'
import { messageHashes } from '../../../shared/whitelist/verdict.ts'
import { primitives } from '../../ground/primitives.ts'
import { mimeTreeOf, summarise } from '../summary.ts'
import { type MessageJob, toThread } from './jobs.ts'

type Waiting = { readonly resolve: (texts: readonly string[]) => void; readonly reject: (error: Error) => void }
const waiting = new Map<string, Waiting[]>()

parentPort?.on('message', (message: unknown) => {
  const told = toThread.parse(message)
  if ('id' in told) void answer(told.id, told.job)
  else tell(told)
})

type Records = { readonly name: string } & ({ readonly texts: readonly string[] } | { readonly code: string })

function tell(records: Records): void {
  const asking = waiting.get(records.name) ?? []
  waiting.delete(records.name)
  for (const { resolve, reject } of asking) {
    if ('texts' in records) resolve(records.texts)
    else reject(Object.assign(new Error('no record'), { code: records.code }))
  }
}

async function answer(id: number, job: MessageJob): Promise<void> {
  try {
    parentPort?.postMessage({ id, answer: await doJob(job) }, [])
  } catch (error) {
    parentPort?.postMessage({ id, failed: error instanceof Error ? error.name : typeof error }, [])
  }
}

async function doJob(job: MessageJob): Promise<unknown> {
  const { kind, raw } = job
  if (kind === 'hashes') return messageHashes(primitives, splitMessage(raw))
  if (kind === 'summary') return summarise(raw)
  if (kind === 'tree') return mimeTreeOf(raw)
  // Loaded where it is first needed: most messages are from people whom no list wants proven by it.
  const { verifyDkim } = await import('./dkim-verify.ts')
  return gatherDkim({ raw, message: splitMessage(raw), now: job.now }, { txt, verify: verifyDkim })
}

/** Two signatures may ask for one record at a time; the answer serves both. */
function txt(name: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const asking = waiting.get(name)
    if (asking) asking.push({ resolve, reject })
    else {
      waiting.set(name, [{ resolve, reject }])
      parentPort?.postMessage({ ask: name }, [])
    }
  })
}
