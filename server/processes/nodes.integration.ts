import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signedIn, type TestClient, tell } from '../testing/client.ts'
import { faultOfList } from '../testing/consistency.ts'
import { type TestFolder, testFolder, testPassword } from '../testing/harness.ts'
import { type Node, startNodes } from '../testing/nodes.ts'
import { createNumbers } from '../testing/numbers.ts'
import { startPostgres, type TestPostgres } from '../testing/postgres.ts'

const program = fileURLToPath(new URL('../testing/change-many.ts', import.meta.url))
const elsewhere = { host: '127.0.0.1', port: 993, security: 'tls' } as const

let postgres: TestPostgres
let folder: TestFolder
let nodes: readonly [Node, Node]

beforeAll(async () => {
  postgres = await startPostgres()
  const mail = { kind: 'external', imap: elsewhere, smtp: elsewhere } as const
  folder = await testFolder(['alice', 'bob'], { store: await postgres.createDatabase(), mail })
  nodes = await startNodes(folder.path)
})
afterAll(async () => {
  for (const node of nodes) await node.close()
  await folder.close()
  await postgres.close()
})

/** Changes a list by a process that is started again, from its beginning, whenever it is killed. */
type Changer = { readonly told: readonly number[]; readonly done: Promise<void>; kill(): void }

function startChanger(path: string, user: string, label: string): Changer {
  const told: number[] = []
  let child: ChildProcess
  const run = async (): Promise<void> => {
    child = spawn(process.execPath, [program, path, user, label, '60'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    if (!child.stdout) throw new Error('no output')
    for await (const line of createInterface({ input: child.stdout })) told.push(Number(line))
    const [code, signal]: unknown[] = await ended
    if (signal === 'SIGKILL') return run()
    if (code !== 0) throw new Error('a change failed for good')
  }
  return { told, done: run(), kill: () => void child.kill('SIGKILL') }
}

/** Follows its list as the product does: waits, then syncs; what fails is tried again. Gives the faults that it met. */
async function follow(client: TestClient, ending: AbortSignal): Promise<ReadonlySet<string>> {
  const faults = new Set<string>()
  while (!ending.aborted) {
    try {
      const told = await tell(client.target, client.waitEnvelope())
      const synced = told.ok ? await client.sync() : told.fault
      if ('code' in synced) faults.add(synced.code)
    } catch {
      // The server is away.
      await wait(20)
    }
  }
  return faults
}

test(
  'servers and database are killed while lists change: no version is reused, skipped or lost',
  {
    timeout: 600_000,
  },
  async () => {
    const [one, two] = nodes
    const as = { user: 'alice', password: testPassword }
    const clients = [await signedIn(one.target, as), await signedIn(two.target, as)]
    const ending = new AbortController()
    const following = clients.map((client) => follow(client, ending.signal))
    const changers = [
      startChanger(one.path, 'alice', 'a'),
      startChanger(two.path, 'alice', 'b'),
      startChanger(two.path, 'bob', 'c'),
    ]
    const over = new AbortController()
    const finished = Promise.all(changers.map((changer) => changer.done)).finally(() => over.abort())
    // It is awaited below, after a restart that may be under way.
    finished.catch(() => undefined)
    const count = () => changers.reduce((sum, { told }) => sum + told.length, 0)
    const numbers = createNumbers(20_261_125)
    const victims = new Map<string, number>()
    while (!over.signal.aborted) {
      const goal = count() + 2 + numbers.below(12)
      while (!over.signal.aborted && count() < goal) await wait(5)
      if (over.signal.aborted) break
      const victim = numbers.below(4)
      victims.set(String(victim), (victims.get(String(victim)) ?? 0) + 1)
      if (victim === 0) changers[numbers.below(3)]?.kill()
      if (victim === 1) await restart(numbers.below(2) === 0 ? one : two)
      if (victim > 1) {
        await postgres.kill()
        await postgres.start()
      }
    }
    await finished
    expect(victims.size).toBeGreaterThan(1)

    const { administration } = folder
    for (const [user, labels] of [
      ['alice', ['a', 'b']],
      ['bob', ['c']],
    ] as const) {
      const told = changers
        .filter((_, i) => labels.some((label) => label === ['a', 'b', 'c'][i]))
        .flatMap((c) => c.told)
      const row = await administration.store.lists.ofUser(user)
      expect(row).toMatchObject({ count: labels.length * 60, version: labels.length * 60 + 1 })
      expect(new Set(told).size).toBe(told.length)
      expect(Math.max(...told)).toBeLessThanOrEqual(row?.version ?? 0)
      // Replays each version from nothing: none is missing, each is signed and chained.
      expect(await faultOfList(administration, user)).toBeUndefined()
    }
    ending.abort()
    await administration.editor.change('alice', [{ op: 'add', contact: { address: 'last@x.example', name: 'L' } }], 't')
    const faults = await Promise.all(following)
    const row = await administration.store.lists.ofUser('alice')
    for (const client of clients) {
      await client.sync()
      expect([client.state.ver, client.state.entries.size]).toEqual([row?.version, 121])
    }
    // Whatever happened, a server that was reached and could not answer said so: ask again later.
    expect(faults.flatMap((set) => [...set]).filter((code) => code !== 'Busy')).toEqual([])
  },
)

async function restart(node: Node): Promise<void> {
  await node.kill()
  await node.start()
}

test(
  'a change on one server wakes those who wait on the other, also after the publisher is killed',
  {
    timeout: 60_000,
  },
  async () => {
    const as = { user: 'bob', password: testPassword }
    for (const [round, node] of nodes.entries()) {
      const client = await signedIn(node.target, as)
      await client.sync()
      const waiting = tell(client.target, client.waitEnvelope())
      const other = nodes[1 - round]
      await other?.kill()
      const contact = { address: `woken${round}@x.example`, name: 'W' }
      await folder.administration.editor.change('bob', [{ op: 'add', contact }], 't')
      const told = await waiting
      expect(told.ok && told.fields.get('ver')).toBe(String(client.state.ver + 1))
      await other?.start()
    }
  },
)
