/**
 * Reads messages in a thread of their own: a message of 25 MB takes seconds, in which the engine has to answer. What
 * hangs or breaks there costs that one message (mailbox: it is set aside) and the thread, which is made anew.
 */
import { Worker } from 'node:worker_threads'
import { createTurns } from '../../../../shared/turns.ts'
import type { DnsResolver } from '../../ground/ports.ts'
import { readerMemory, readerPatience } from '../limits.ts'
import type { Read, ReadTask } from './read-message.ts'
import type { FromReader, ToReader } from './read-worker.ts'

/** The reader was closed while a message was read. */
export class ReaderClosed extends Error {
  constructor() {
    super('the reader is closed')
    this.name = 'ReaderClosed'
  }
}

/** Reads one message at a time. */
export type MessageReader = {
  /** The task's bytes are gone from here until they come back with the answer. Rejects when the message broke it. */
  read(task: ReadTask): Promise<Read>
  /** Ends the thread, and whoever waits for a message learns of it. A later message begins anew. */
  close(): void
}

/** Beside this file as TypeScript, beside the bundle as JavaScript (electron.vite.config.ts). */
const program = new URL(import.meta.url.endsWith('.ts') ? 'read-worker.ts' : 'read-worker.js', import.meta.url)

type Job = { readonly done: (read: Read) => void; readonly failed: (error: Error) => void }

/** A reader with a thread, which begins with the first message. */
export function openReader(dns: DnsResolver): MessageReader {
  let thread: Worker | undefined
  let job: Job | undefined
  let closings = 0
  const fail = (error: Error): void => {
    const broken = job
    job = undefined
    thread = undefined
    broken?.failed(error)
  }
  const begin = (): Worker => {
    // Without our environment: the thread reads what a stranger wrote, and nothing secret need be in it.
    const made = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: readerMemory } })
    // One of an earlier thread that comes late does not concern the thread of now.
    made.on('message', (said: FromReader) => {
      if (said.type === 'dns') void resolve(made, dns, said.name)
      else if (made !== thread) return
      else if (said.type === 'failed') job?.failed(new Error(said.name))
      else job?.done(said.read)
    })
    made.on('error', (error) => made === thread && fail(error))
    made.on('exit', () => made === thread && fail(new Error('the reading thread ended')))
    made.unref()
    return made
  }
  const readOne = async (task: ReadTask, asked: number): Promise<Read> => {
    // It was asked for before a close, and its turn came after.
    if (asked !== closings) throw new ReaderClosed()
    thread ??= begin()
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<Read>()
    job = { done, failed }
    const late = setTimeout(() => {
      void thread?.terminate()
      fail(new Error('reading took too long'))
    }, readerPatience)
    post(thread, { type: 'read', task }, [task.raw.buffer])
    try {
      return await promise
    } finally {
      clearTimeout(late)
      job = undefined
    }
  }
  const inTurn = createTurns()
  return {
    read(task) {
      const asked = closings
      return inTurn(() => readOne(task, asked))
    },
    close() {
      closings += 1
      const ending = thread
      fail(new ReaderClosed())
      if (ending) end(ending)
    },
  }
}

/**
 * Lets the thread end by itself, after the message that it is in: ending it from outside in the middle of loading or of
 * compiled code has brought the whole process down. One that hangs is ended all the same.
 */
function end(thread: Worker): void {
  post(thread, { type: 'close' })
  const late = setTimeout(() => void thread.terminate(), readerPatience)
  late.unref()
  thread.once('exit', () => clearTimeout(late))
}

function post(thread: Worker, message: ToReader, moved: readonly ArrayBufferLike[] = []): void {
  thread.postMessage(
    message,
    moved.filter((buffer) => buffer instanceof ArrayBuffer),
  )
}

async function resolve(thread: Worker, dns: DnsResolver, name: string): Promise<void> {
  try {
    post(thread, { type: 'dns', name, texts: [...(await dns.txt(name))] })
  } catch (error) {
    const code =
      error instanceof Error ? ('code' in error && typeof error.code === 'string' ? error.code : error.message) : ''
    post(thread, { type: 'noDns', name, code })
  }
}
