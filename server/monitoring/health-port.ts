/** /health and /metrics on a loopback port of their own: nothing about the service's inside is on the public one. */
import { statfs } from 'node:fs/promises'
import type { Server } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import { fastify } from 'fastify'
import { storeFailure, storeWords } from '../store/failures.ts'
import type { Store } from '../store/store.ts'
import type { Exposed } from './metrics.ts'

type HealthPort = { readonly port: number; close(): Promise<void> }

/** What the health of a server hangs on. `folder`: where the store is, if that is a file of this machine. */
type Judged = { readonly store: Pick<Store, 'journal'>; readonly folder?: string | undefined }

/** Listens: 503 and the reason in words where the store cannot be read and written. */
export async function openHealthPort(port: number, metrics: Exposed, judged: Judged): Promise<HealthPort> {
  const app = fastify({ logger: false, forceCloseConnections: true })
  app.get('/health', async (_request, reply) => {
    const why = await faultOf(judged)
    return why === undefined ? reply.send({ healthy: true }) : reply.code(503).send({ healthy: false, why })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  // Never on another address, whatever the settings say: numbers of logins and faults help whoever attacks.
  await app.listen({ host: '127.0.0.1', port })
  return { port: portOf(app.server.address()) ?? port, close: () => app.close() }
}

/** With less room than this the next message fails, though a few bytes may still be written. */
const leastRoom = 1024 * 1024
/** Whoever waits longer for the store's lock waits for another writer, which is no illness. */
const waitMs = 2_000

async function faultOf({ store: { journal }, folder }: Judged): Promise<string | undefined> {
  try {
    if ((await journal.manifest()) === undefined) return 'the store has no manifest'
    // Reading goes on where the disk is full or the database a standby: only writing shows that.
    const written = journal.setSetting('health', String(performance.now()))
    await Promise.race([written, after(waitMs, undefined, { ref: false })])
    written.catch(() => undefined)
    return folder === undefined || (await hasRoom(folder)) ? undefined : storeWords.full
  } catch (error) {
    const kind = storeFailure(error)
    return kind === undefined ? 'the store cannot be used' : storeWords[kind]
  }
}

async function hasRoom(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize >= leastRoom
}

/** The port of a listening server. */
export function portOf(address: ReturnType<Server['address']>): number | undefined {
  return typeof address === 'object' ? address?.port : undefined
}
