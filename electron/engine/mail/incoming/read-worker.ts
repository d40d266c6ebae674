/** The thread in which messages are read (reader.ts), one after the other. It asks for DNS records; nothing else. */
import { parentPort } from 'node:worker_threads'
import { type Read, type ReadTask, readMessage } from './read-message.ts'

/** What the thread is told. */
export type ToReader =
  | { readonly type: 'read'; readonly task: ReadTask }
  | { readonly type: 'dns'; readonly name: string; readonly texts: readonly string[] }
  | { readonly type: 'noDns'; readonly name: string; readonly code: string }
  /** Nothing more comes. */
  | { readonly type: 'close' }

/** What it says. */
export type FromReader =
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'read'; readonly read: Read }
  | { readonly type: 'failed'; readonly name: string }

type Asked = PromiseWithResolvers<readonly string[]>
const asked = new Map<string, Asked>()

function say(message: FromReader, moved: readonly ArrayBufferLike[] = []): void {
  parentPort?.postMessage(
    message,
    moved.filter((buffer) => buffer instanceof ArrayBuffer),
  )
}

function txt(name: string): Promise<readonly string[]> {
  // Two signatures may ask for one record at a time; one answer serves both.
  const before = asked.get(name)
  if (before) return before.promise
  const now: Asked = Promise.withResolvers()
  asked.set(name, now)
  say({ type: 'dns', name })
  return now.promise
}

async function read(task: ReadTask): Promise<void> {
  try {
    const answer = await readMessage(task, { txt })
    say({ type: 'read', read: { ...answer, raw: task.raw } }, [task.raw.buffer])
  } catch (error) {
    say({ type: 'failed', name: error instanceof Error ? error.name : typeof error })
  }
  asked.clear()
}

parentPort?.on('message', (message: ToReader) => {
  if (message.type === 'read') void read(message.task)
  else if (message.type === 'close') parentPort?.close()
  else if (message.type === 'dns') asked.get(message.name)?.resolve(message.texts)
  else asked.get(message.name)?.reject(Object.assign(new Error(message.code), { code: message.code }))
})
