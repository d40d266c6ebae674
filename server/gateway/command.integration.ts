import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { rawClient } from '../mail/testing/raw-client.ts'
import { configSchema } from '../settings/config.ts'
import { runCommand, startCommand, type TestFolder, testFolder } from '../testing/harness.ts'
import { makeSpool, type Spool } from './testing/spool.ts'

let folder: TestFolder
let spool: Spool
beforeAll(async () => {
  spool = makeSpool()
  const gateway = configSchema.shape.gateway.parse({ ...spool.settings, submission: 0, metricsPort: 0 })
  folder = await testFolder(['alice'], { gateway })
})
afterAll(async () => {
  await folder.close()
  spool.remove()
})

it('runs as a process of its own, says when it is ready, and ends when told to', async () => {
  const { child, finished } = startCommand(folder.path, ['gateway'])
  if (!child.stdout) throw new Error('no output')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const ready = JSON.parse(String(line))
  expect(ready).toMatchObject({ ready: true, sockets: spool.settings.sockets, submission: expect.any(Number) })
  const health = await fetch(`http://127.0.0.1:${ready.metrics}/health`)
  expect([health.status, await health.json()]).toEqual([200, { healthy: true }])
  const client = await rawClient(spool.doors.incoming)
  await client.reply()
  child.kill('SIGTERM')
  expect(await client.closed).toMatch(/^421 /)
  expect((await finished).code).toBe(0)
})

it('prints the configuration, and takes no name that a shell would act on', async () => {
  const printed = await runCommand(folder.path, ['gateway', 'config', 'postfix', '--submission', 'submissions'])
  expect(printed.code).toBe(0)
  expect(printed.out).toContain("postconf -e 'smtpd_forbid_bare_newline = yes'")
  expect(printed.out).toContain("postconf -P 'submissions/inet/smtpd_proxy_filter=unix:kith/outgoing'")
  for (const name of ["x'; reboot; '", '$(reboot)', 'a b']) {
    expect((await runCommand(folder.path, ['gateway', 'config', 'postfix', '--mx', name])).code).toBe(2)
  }
  expect((await runCommand(folder.path, ['gateway', 'config', 'dovecot', '--queue', 'x\n!include /y'])).code).toBe(2)
})
