/**
 * Wake-ups between the processes on one database. One of them at a time, by a lock, is the publisher: it looks for new
 * announcements ten times a second and tells all others by NOTIFY. Truth is the table: everybody looks once a second
 * anyway, so that a lost wake-up costs a second and never a change.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Client, PoolConfig } from 'pg'
import { connect, translated } from './driver.ts'
import { lockKey } from './locks.ts'

const channel = 'kith_outbox'
/** How often the publisher looks, and how often the others ask whether there is one. */
const publishMs = 100
const candidateMs = 1_000
/** Between tries to connect. */
const reconnectMs = 1_000

/** Calls `wake` at each wake-up, and whenever one may have been missed; gives the undo. */
export function watchOutbox(connection: PoolConfig, wake: () => void): () => Promise<void> {
  const ending = new AbortController()
  const running = run(connection, wake, ending.signal)
  return async () => {
    ending.abort()
    await running
  }
}

async function run(connection: PoolConfig, wake: () => void, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    // A database that is away is told by those who need it; here we only try again.
    await listen(connection, wake, ending).catch(() => undefined)
    await pause(reconnectMs, ending)
  }
}

async function listen(connection: PoolConfig, wake: () => void, ending: AbortSignal): Promise<void> {
  const client = await connect(connection)
  try {
    // Heard before LISTEN is sent, and woken once after it: what was announced between two connections is not missed.
    client.on('notification', wake)
    await translated(client.query(`listen ${channel}`))
    wake()
    await publish(client, ending)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Announcements become visible in the order of their numbers (lists.ts), so that the highest one stands for all. */
async function publish(client: Client, ending: AbortSignal): Promise<void> {
  let isPublisher = false
  let told = '0'
  while (!ending.aborted) {
    isPublisher ||= await tryLock(client, 'publisher')
    if (isPublisher) {
      const { rows } = await translated(client.query<{ id: string }>('select coalesce(max(id), 0) as id from outbox'))
      const last = rows[0]?.id ?? told
      // The number alone: whoever is woken reads the rows from the table.
      if (last !== told) await translated(client.query('select pg_notify($1, $2)', [channel, last]))
      told = last
    }
    await pause(isPublisher ? publishMs : candidateMs, ending)
  }
}

/** A lock of the connection's: it ends with it. */
async function tryLock(client: Client, name: string): Promise<boolean> {
  const locked = client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) as ok', [lockKey(name)])
  return (await translated(locked)).rows[0]?.ok === true
}

/** Ends early, and quietly, when all ends. */
async function pause(ms: number, ending: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal: ending }).catch(() => undefined)
}

/** A process that was killed a moment ago may seem to have its part still. */
const claimMs = 5_000

/** Takes a part of which there is one on the database, for as long as the connection lasts. */
export async function claimPart(connection: PoolConfig, part: string): Promise<(() => Promise<void>) | undefined> {
  const client = await connect(connection)
  const end = () => client.end().catch(() => undefined)
  const until = performance.now() + claimMs
  try {
    while (!(await tryLock(client, `part ${part}`))) {
      if (performance.now() > until) {
        await end()
        return undefined
      }
      await wait(publishMs)
    }
    return end
  } catch (error) {
    await end()
    throw error
  }
}
