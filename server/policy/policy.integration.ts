import { once } from 'node:events'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { exchange } from '../testing/client.ts'
import { startCommand, type TestFolder, testFolder } from '../testing/harness.ts'

let folder: TestFolder

beforeEach(async () => {
  folder = await testFolder(['alice'])
})
afterEach(() => folder.close())

/** The process ids of policy processes, as the log announces them. */
async function* policyPids(log: Readable): AsyncGenerator<number> {
  for await (const line of createInterface({ input: log })) {
    const { msg, pid } = JSON.parse(line)
    if (msg === 'policy process') yield pid
  }
}

async function nextOf(pids: AsyncGenerator<number>): Promise<number> {
  const { value, done } = await pids.next()
  if (done) throw new Error('the log ended')
  return value
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Of a process on Linux; empty elsewhere. */
async function environmentOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
}

test('the policy process is forked again when it ends, and ends when the server is killed', async () => {
  const { child, finished } = startCommand(folder.path, ['serve'])
  if (!child.stderr || !child.stdout) throw new Error('no output')
  const pids = policyPids(child.stderr)
  const first = await nextOf(pids)
  expect(await environmentOf(first)).not.toContain('PATH=')
  process.kill(first, 'SIGKILL')
  const second = await nextOf(pids)
  expect(second).not.toBe(first)
  expect(isAlive(second)).toBe(true)
  child.kill('SIGKILL')
  await finished
  await vi.waitFor(() => expect(isAlive(second)).toBe(false), { timeout: 20_000 })
})

test('a head at half of its life is issued again as soon as the server runs', async () => {
  const { store, run } = folder.administration
  folder.pass(-4 * 24 * 3_600_000)
  expect(await run([{ op: 'user.add', user: 'bob', name: 'Bob', scope: 'internal' }])).toMatchObject({ ok: true })
  const { child, finished } = startCommand(folder.path, ['serve'])
  const renewed = async () => expect(await store.lists.ofUser('bob')).toMatchObject({ version: 2, count: 0 })
  await vi.waitFor(renewed, { timeout: 20_000 })
  expect(await store.lists.ofUser('alice')).toMatchObject({ version: 1 })
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})

test('the serving process does not need the policy key: it never reads it', async () => {
  await rename(join(folder.path, 'keys/policy.key'), join(folder.path, 'elsewhere'))
  const { child, finished } = startCommand(folder.path, ['serve'])
  if (!child.stdout) throw new Error('no output')
  const [line]: Buffer[] = await once(child.stdout, 'data')
  const { metrics } = JSON.parse(String(line))
  const health = await exchange({ url: `http://127.0.0.1:${metrics}` }, '/health')
  expect(health.status).toBe(200)
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})
