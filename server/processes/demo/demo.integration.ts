import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { rootFingerprint } from '../../../shared/whitelist/manifest.ts'
import { primitives } from '../../ground/primitives.ts'
import { createLog } from '../../monitoring/log.ts'
import { sayHello, signedIn } from '../../testing/client.ts'
import { type DemoServer, startDemo } from './demo.ts'

let path: string

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'kith-demo-'))
})
afterAll(() => rm(path, { recursive: true, force: true }))

const silent = createLog({ write: () => undefined })

async function demo(): Promise<DemoServer & { readonly close: () => Promise<void> }> {
  const started = await startDemo(path, silent)
  if (!started.ok) throw new Error(started.why)
  const { running, store } = started.value
  return {
    ...started.value,
    async close() {
      await running.close()
      await store.close()
    },
  }
}

test('everybody of the offer signs in and sees all the others; started again it is the same demo at the same place', async () => {
  const first = await demo()
  const { server, accounts, enrolment } = first.demo
  expect(accounts.map(({ user, role }) => [user, role])).toEqual([
    ['alice', 'employee'],
    ['bob', 'employee'],
    ['mei', 'partner'],
    ['admin', 'administrator'],
  ])
  const { cert } = first.running
  const target = { url: server, ...(cert === undefined ? {} : { cert }) }
  const code = parseEnrolment(enrolment)
  expect(code).toMatchObject({ url: server, root: rootFingerprint(primitives, (await sayHello(target)).manifest.m) })
  expect(code?.secret).toBeUndefined()
  for (const { user, password } of accounts) {
    const client = await signedIn(target, { user, password })
    expect(await client.sync()).toMatchObject({ ok: true })
    expect(client.state.entries.size).toBeGreaterThan(30)
  }
  await first.close()
  const second = await demo()
  expect(second.demo).toEqual(first.demo)
  expect(second.running.ready).toMatchObject({ smtp: first.running.ready.smtp, imap: first.running.ready.imap })
  await second.close()
})
