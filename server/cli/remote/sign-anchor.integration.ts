/** The audit log, signed by a machine elsewhere that remembers what it has signed. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type OtherMachine, otherMachine } from '../../admin-soap/testing/other-machine.ts'
import { storedAnchor } from '../../administration/anchors.ts'
import { backendOf } from '../../settings/open-configured.ts'
import type { Tables } from '../../store/tables.ts'
import { runCommand, type TestServer, testServer } from '../../testing/harness.ts'
import { overEach } from '../../testing/stores.ts'

const passphrase = 'a passphrase for the policy key'

overEach((stores) => {
  let server: TestServer
  let machine: OtherMachine

  beforeEach(async () => {
    server = await testServer(['alice'], { store: await stores.settings() })
    machine = await otherMachine(server)
    const exported = await runCommand(server.path, ['key', 'policy', 'export', '--to', keyFile()], `${passphrase}\n`)
    if (exported.code !== 0) throw new Error(exported.err)
    await machine.tokenOf('sign')
    await machine.tokenOf('all')
  })
  afterEach(async () => {
    await machine.close()
    await server.close()
  })

  const keyFile = () => join(machine.path, 'policy.json')
  const sign = () => machine.run(['sign', '--policy-key', keyFile(), '--yes'], 'sign', `${passphrase}\n`)
  const propose = (name: string) =>
    machine.run(['contact', 'add', `${name}@x.example`, '--user', 'alice', '--name', name], 'all')
  const anchored = async () => (await storedAnchor(server.administration.store))?.n
  const lastLine = async () => (await server.administration.store.administration.lastAudit())?.n

  test('A8: each round signs the end of the log; a log that was cut off is refused, and told by the server too', async () => {
    const before = await lastLine()
    expect(await sign()).toMatchObject({ code: 0 })
    expect(await anchored()).toBe(before)
    await propose('a')
    await propose('b')
    expect(await sign()).toMatchObject({ code: 0, told: { signed: 2 } })
    const signed = await lastLine()
    expect(await anchored()).toBe(signed)
    expect((await runCommand(server.path, ['audit', 'verify'])).out).toContain(`up to line ${signed}`)
    const { config, folder } = server.administration
    const db = new Kysely<Tables>({ dialect: (await backendOf(config.store, folder)).dialect })
    await db
      .deleteFrom('audit')
      .where('n', '>=', signed ?? 0)
      .execute()
    // Whoever cuts the end off takes the anchor in the store away as well.
    await db.updateTable('settings').set({ value: '' }).where('name', '=', 'auditAnchor').execute()
    await db.destroy()
    const refused = await sign()
    expect(refused.code).toBe(3)
    expect(refused.err + JSON.stringify(refused.told)).toMatch(/ends at line.*was signed here.*back-up/)
    await propose('c')
    expect((await sign()).code).toBe(3)
    expect(await anchored()).toBeUndefined()
    const copy = ['audit', 'verify', '--anchors', `${keyFile()}.anchors`]
    expect(await runCommand(server.path, copy)).toMatchObject({ code: 3, err: expect.stringContaining('line') })
    expect((await readFile(`${keyFile()}.anchors`, 'utf8')).trim().split('\n')).toHaveLength(2)
    // The remedy that it names.
    await rm(`${keyFile()}.anchors`)
    expect((await sign()).code).toBe(0)
    expect(await anchored()).toBe(await lastLine())
  })
})
