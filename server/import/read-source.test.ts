import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportResult } from './contact.ts'
import { writeCsv } from './csv/write.ts'
import type { Surroundings } from './places.ts'
import { readSource, watchSource } from './read-source.ts'
import { type ImportSource, importSourceSchema, type LdapSource, type XmppSource } from './source.ts'
import { temporaryFolder } from './testing/ports.ts'
import { queue } from './testing/queue.ts'
import { idOf, roster, scriptedXmpp } from './testing/scripted-xmpp.ts'

const folder = temporaryFolder('source')
const around: Surroundings = { folder: folder.path, env: { SECRET: 'secret' }, unicode: false }
const source = (settings: Readonly<Record<string, unknown>>): ImportSource => importSourceSchema.parse(settings)

beforeAll(() => {
  const contact = { address: 'bo@x.example', name: 'Bo' }
  writeFileSync(
    join(folder.path, 'people.csv'),
    writeCsv([contact, { ...contact, address: 'in@x.example', scope: 'internal' }]),
  )
  writeFileSync(join(folder.path, 'people.vcf'), 'BEGIN:VCARD\nVERSION:4.0\nFN:Bo\nEMAIL:bo@x.example\nEND:VCARD\n')
  mkdirSync(join(folder.path, 'folder'))
})
afterAll(folder.remove)

test('files are read from the data folder; the source says what its contacts are where they do not', async () => {
  const csv = await readSource(source({ kind: 'csv', name: 'f', file: 'people.csv', scope: 'external' }), around)
  expect(csv).toMatchObject({ ok: true, value: { contacts: [{ scope: 'external' }, { scope: 'internal' }] } })
  const vcard = await readSource(source({ kind: 'vcard', name: 'f', file: 'people.vcf' }), around)
  expect(vcard).toMatchObject({
    ok: true,
    value: { contacts: [{ address: 'bo@x.example', externalId: 'bo@x.example' }] },
  })
})

test.each(['nothing.csv', 'folder', '/dev/zero'])('%s is no file of contacts', async (file) => {
  const result = await readSource(source({ kind: 'csv', name: 'f', file }), around)
  expect(result.ok ? [] : result.fault[0]?.why).toMatch(/cannot read|more than 16777216 bytes/)
})

test('settings name where a password lies, and never hold one', () => {
  const ldap = { kind: 'ldap', name: 'hr', host: 'h', base: 'dc=x', bind: { dn: 'cn=x', password: { env: 'X' } } }
  expect(importSourceSchema.safeParse(ldap).success).toBe(true)
  for (const password of ['secret', { value: 'secret' }, { env: 'A=B' }, { file: 'x', env: 'X' }, { file: '' }])
    expect(importSourceSchema.safeParse({ ...ldap, bind: { dn: 'cn=x', password } }).success).toBe(false)
  for (const wrong of [
    { security: 'none' },
    { bind: { dn: '', password: { env: 'X' } } },
    { filter: '' },
    { name: 'A b' },
    { extra: 1 },
  ])
    expect(importSourceSchema.safeParse({ ...ldap, ...wrong }).success).toBe(false)
})

/** Pauses that end when the test says so. */
function pauses() {
  const asked = queue<number>()
  const going: (() => void)[] = []
  return {
    asked,
    go: () => going.shift()?.(),
    powers: {
      random: () => 1,
      pause: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          going.push(resolve)
          if (signal.aborted) reject(new DOMException('closed', 'AbortError'))
          signal.addEventListener('abort', () => reject(new DOMException('closed', 'AbortError')))
          asked.put(Math.round(ms))
        }),
    },
  }
}

test('a directory is read again at its interval, a tenth more or less, whether or not it answered', async () => {
  const ldap = source({ kind: 'ldap', name: 'hr', host: '127.0.0.1', port: 1, base: 'dc=x', every: 60 }) as LdapSource
  const told = queue<ImportResult>()
  const { asked, go, powers } = pauses()
  const watch = watchSource(ldap, around, told.put, powers)
  for (let round = 0; round < 2; round++) {
    expect(await told.next()).toMatchObject({ ok: false, fault: [{ where: '127.0.0.1' }] })
    expect(await asked.next()).toBe(66_000)
    go()
  }
  await told.next()
  await asked.next()
  watch.close()
  await watch.ended
})

test('a roster is watched anew after its connection broke, later each time it does not begin', async () => {
  let broken = false
  const server = await scriptedXmpp({
    answer: (said, socket) => {
      if (broken) socket.destroy()
      return said.includes('jabber:iq:roster')
        ? roster(idOf(said), "<item jid='bo@x.example' subscription='both'/>")
        : undefined
    },
  })
  writeFileSync(join(folder.path, 'ca.pem'), server.ca)
  const place = { host: '127.0.0.1', port: server.port, security: 'tls', ca: 'ca.pem', scope: 'external' }
  const account = { jid: 'me@corp.example', password: { env: 'SECRET' } }
  const xmpp = source({ kind: 'xmpp', name: 'im', ...account, ...place }) as XmppSource
  const told = queue<ImportResult>()
  const { asked, go, powers } = pauses()
  const watch = watchSource(xmpp, around, told.put, powers)
  expect(await told.next()).toMatchObject({
    ok: true,
    value: { contacts: [{ address: 'bo@x.example', scope: 'external' }] },
  })
  broken = true
  server.drop()
  expect(await told.next()).toMatchObject({ ok: false, fault: [{ where: 'me@corp.example' }] })
  expect(await asked.next()).toBe(5_500)
  for (const pause of [11_000, 22_000]) {
    go()
    expect(await told.next()).toMatchObject({ ok: false })
    expect(await asked.next()).toBe(pause)
  }
  broken = false
  go()
  expect(await told.next()).toMatchObject({ ok: true })
  watch.close()
  await watch.ended
  await server.close()
})
