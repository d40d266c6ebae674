import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { importSourceSchema } from '../import/source.ts'
import { personDn, type Slapd, slapd } from '../import/testing/slapd.ts'
import { entryFromText } from '../lists/changes.ts'
import { type TestServer, testServer } from '../testing/harness.ts'
import { addImport, removeImport } from './imports.ts'

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
