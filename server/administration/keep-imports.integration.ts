import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { importSourceSchema } from '../import/source.ts'
import { personDn, type Slapd, slapd } from '../import/testing/slapd.ts'
import { entryFromText } from '../lists/changes.ts'
import { createLog } from '../monitoring/log.ts'
import { type TestFolder, type TestServer, testFolder, testServer } from '../testing/harness.ts'
import { importStates } from './import-states.ts'
import { addImport, removeImport } from './imports.ts'
import { keepImports } from './keep-imports.ts'

let server: TestServer
let directory: Slapd

beforeEach(async () => {
  server = await testServer(['alice'])
  directory = await slapd([
    { uid: 'bo', mail: 'bo@corp.example', name: 'Bo Li' },
    { uid: 'mei', mail: 'mei@corp.example', name: 'Mei Lin' },
  ])
  for (const name of ['ca.pem', 'password']) await copyFile(join(directory.folder, name), join(server.path, name))
})
afterEach(async () => {
  await server.close()
  await directory.close()
})

async function namesOf(user: string): Promise<readonly string[]> {
  const { store } = server.administration
  const list = await store.lists.ofUser(user)
  return list ? (await store.lists.entries(list.id)).map(({ json }) => entryFromText(json).n).sort() : []
}

test('a directory that is set up while the server serves comes into the lists, changes with it, and stays when it is taken out', async () => {
  const { host, tlsPort, base, bindDn } = directory
  const bind = { dn: bindDn, password: { file: 'password' } }
  const settings = { kind: 'ldap', name: 'hr', host, port: tlsPort, ca: 'ca.pem', base, bind, every: 10 }
  await addImport(server.administration, { source: importSourceSchema.parse(settings), for: 'all' })
  const patience = { timeout: 50_000, interval: 200 }
  await vi.waitFor(async () => expect(await namesOf('alice')).toEqual(['Bo Li', 'Mei Lin']), patience)
  directory.modify(`dn: ${personDn('bo')}\nchangetype: modify\nreplace: displayName\ndisplayName: Bo Li-Chen\n`)
  await vi.waitFor(async () => expect(await namesOf('alice')).toEqual(['Bo Li-Chen', 'Mei Lin']), patience)
  expect(await server.administration.store.administration.lastAudit()).toMatchObject({
    via: 'import:hr',
    op: 'contact.set',
  })
  expect(await removeImport(server.administration, 'hr')).toMatchObject({ ok: true })
  expect(await namesOf('alice')).toEqual(['Bo Li-Chen', 'Mei Lin'])
}, 120_000)

describe('what is kept in step', () => {
  let folder: TestFolder
  const lines: { readonly msg: string }[] = []
  const log = createLog({ write: (line) => lines.push(JSON.parse(line)) })
  beforeEach(async () => {
    folder = await testFolder(['alice'])
    for (const name of ['ca.pem', 'password']) await copyFile(join(directory.folder, name), join(folder.path, name))
    const { host, tlsPort, base, bindDn } = directory
    const bind = { dn: bindDn, password: { file: 'password' } }
    const settings = { kind: 'ldap', name: 'hr', host, port: tlsPort, ca: 'ca.pem', base, bind, maxShrink: 0.9 }
    await addImport(folder.administration, { source: importSourceSchema.parse(settings), for: 'all' })
  })
  afterEach(() => folder.close())

  /** One reading, as the server does it at its interval, and how the source stands then. */
  async function reading() {
    const { administration } = folder
    const before = (await importStates(administration.store)).get('hr')?.at
    const keeper = keepImports({ ...administration, clock: { now: () => (before ?? 0) + 1 } }, log)
    await keeper.look()
    const state = await vi.waitFor(async () => {
      const found = (await importStates(administration.store)).get('hr')
      expect(found?.at).not.toBe(before)
      return found
    }, 20_000)
    await keeper.close()
    const list = await administration.store.lists.ofUser('alice')
    const rows = list ? await administration.store.lists.entries(list.id) : []
    return { state, names: rows.map(({ json }) => entryFromText(json).n).sort() }
  }

  test('a bad entry keeps nobody else; where administrators look it is told, until it is mended', async () => {
    expect(await reading()).toMatchObject({ state: { state: 'taken', left: 0 }, names: ['Bo Li', 'Mei Lin'] })
    const mail = (text: string) => `dn: ${personDn('bo')}\nchangetype: modify\nreplace: mail\nmail: ${text}\n`
    directory.modify(`dn: ${personDn('mei')}\nchangetype: delete\n\n${mail('bo@corp,example')}`)
    expect(await reading()).toMatchObject({
      state: { state: 'taken', left: 1, rows: [{ where: expect.stringContaining('uid=bo'), code: 'address' }] },
      names: ['Bo Li'],
    })
    expect(lines.map(({ msg }) => msg)).toContain('import rows left out')
    expect(JSON.stringify(lines)).not.toContain('corp,example')
    directory.modify(mail('bo@corp.example'))
    expect(await reading()).toMatchObject({ state: { state: 'taken', left: 0, rows: [] }, names: ['Bo Li'] })
    await directory.close()
    expect(await reading()).toMatchObject({ state: { state: 'refused', rows: [{}] }, names: ['Bo Li'] })
  })

  test('with four eyes whoever is new waits, once, and whoever left goes at once', async () => {
    await reading()
    await folder.administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
    const waiting = async () =>
      (await folder.administration.store.administration.proposals()).filter(({ state }) => state === 'approval').length
    const before = await waiting()
    directory.modify(
      `dn: ${personDn('mei')}\nchangetype: delete\n\n` +
        `dn: ${personDn('zoe')}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: Zoe\nsn: Zoe\nmail: zoe@else.example\n`,
    )
    expect(await reading()).toMatchObject({ state: { state: 'taken' }, names: ['Bo Li'] })
    expect(await waiting()).toBe(before + 1)
    await reading()
    expect(await waiting()).toBe(before + 1)
  })
})
