/**
 * Work on messages beside the main thread, which answers everybody else meanwhile: of 25 MB the parts, hashes and
 * signatures take seconds. Small messages have a thread of their own, so that large ones hold up only each other.
 */
import { Worker } from 'node:worker_threads'
import type { DkimFacts } from '../../../shared/guard/dkim.ts'
import type { MessageHashes } from '../../../shared/whitelist/verdict.ts'
import type { MessageSummary } from '../../store/mail/mail-store.ts'
import type { Dns } from './dns.ts'
import { answers, fromThread, type MessageJob } from './jobs.ts'

export type Apart = {
  hashes(raw: Uint8Array): Promise<MessageHashes>
  summary(raw: Uint8Array): Promise<MessageSummary>
  /** Undefined: the message gets the plain view. */
  tree(raw: Uint8Array): Promise<object | undefined>
  /** `now`: milliseconds since the epoch. No proof where it takes too long. */
  dkim(raw: Uint8Array, now: number): Promise<DkimFacts>
  close(): Promise<void>
}

/** Bytes of a message from which on it counts as large. */
const large = 128 * 1_024
/** Jobs in a thread at a time, and those that wait for it: beyond that the sender is told to come again. */
const lanes = { small: { atOnce: 64, waiting: 2_000 }, large: { atOnce: 1, waiting: 20 } } as const
/** Milliseconds for one job: some hundred times of what a message of the largest size takes. */
const patienceMs = 60_000
/** Milliseconds for the DNS. */
const dnsMs = 10_000

/** The thread took too long, or is gone. */
class Unfinished extends Error {
  override readonly name = 'Unfinished'
}

/** Threads begin with their first job. `dns` answers for them. */
export function createApart(dns: Dns): Apart {
  const [small, big] = [createLane(dns, lanes.small), createLane(dns, lanes.large)]
  const run = (job: MessageJob) => (job.raw.length < large ? small : big).run(job)
  return {
    hashes: async (raw) => answers.hashes.parse(await run({ kind: 'hashes', raw })),
    summary: async (raw) => answers.summary.parse(await run({ kind: 'summary', raw })),
    tree: async (raw) => answers.tree.parse(withBuffers(await run({ kind: 'tree', raw }))),
    async dkim(raw, now) {
      try {
        return answers.dkim.parse(await run({ kind: 'dkim', raw, now }))
      } catch (error) {
        if (error instanceof Unfinished) return { dkim: [], again: false }
        throw error
      }
    },
    close: async () => void (await Promise.all([small.close(), big.close()])),
  }
}

type Lane = { run(job: MessageJob): Promise<unknown>; close(): Promise<void> }
type Limits = { readonly atOnce: number; readonly waiting: number }
type Pending = {
  readonly job: MessageJob
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
  late?: NodeJS.Timeout
}

function createLane(dns: Dns, { atOnce, waiting }: Limits): Lane {
  const queue: Pending[] = []
  const running = new Map<number, Pending>()
  let worker: Worker | undefined
  let last = 0
  const finish = (id: number, end: (pending: Pending) => void) => {
    const pending = running.get(id)
    running.delete(id)
    clearTimeout(pending?.late)
    if (pending) end(pending)
    next()
  }
  // Also the others that it was at: a thread that computes hears nothing.
  const giveUp = (lost: Worker) => {
    if (worker !== lost) return
    worker = undefined
    for (const id of Array.from(running.keys())) finish(id, ({ reject }) => reject(new Unfinished()))
    void lost.terminate()
  }
  const start = (): Worker => {
    // Without our environment: the thread reads what a stranger wrote, and nothing secret need be in it.
    const started = new Worker(new URL('./thread.ts', import.meta.url), { env: {} })
    started.unref()
    started.on('message', (message: unknown) => {
      const said = fromThread.parse(message)
      if ('ask' in said) void tell(started, dns, said.ask)
      else if ('failed' in said) finish(said.id, ({ reject }) => reject(new Error(said.failed)))
      else finish(said.id, ({ resolve }) => resolve(said.answer))
    })
    started.once('error', () => giveUp(started))
    started.once('exit', () => giveUp(started))
    return started
  }
  const next = () => {
    while (running.size < atOnce) {
      const pending = queue.shift()
      if (!pending) return
      const thread = (worker ??= start())
      last += 1
      running.set(last, pending)
      pending.late = setTimeout(() => giveUp(thread), patienceMs)
      thread.postMessage({ id: last, job: pending.job }, [])
    }
  }
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        if (queue.length >= waiting) return reject(new Error('too many messages wait'))
        queue.push({ job, resolve, reject })
        next()
      }),
    async close() {
      for (const { reject } of queue.splice(0)) reject(new Unfinished())
      const thread = worker
      if (thread) giveUp(thread)
      await thread?.terminate()
    },
  }
}

async function tell(worker: Worker, { txt }: Dns, name: string): Promise<void> {
  let late: NodeJS.Timeout | undefined
  const patience = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEOUT' })), dnsMs)
  })
  try {
    worker.postMessage({ name, texts: [...(await Promise.race([txt(name), patience]))] }, [])
  } catch (error) {
    worker.postMessage({ name, code: codeOf(error) }, [])
  } finally {
    clearTimeout(late)
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

/** Bytes come out of a thread as arrays; the library wants buffers. */
function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return value.map((one: unknown) => withBuffers(one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withBuffers(one)]))
}
