/** Contacts from Debian's Prosody: signing in, the roster, and what is pushed while it is watched. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImportedContact, ImportResult } from '../contact.ts'
import type { Surroundings } from '../places.ts'
import { readSource } from '../read-source.ts'
import { importSourceSchema, type XmppSource } from '../source.ts'
import { type Prosody, prosody, xmppPassword } from '../testing/prosody.ts'
import { queue } from '../testing/queue.ts'
import { XmppConnection } from './connection.ts'
import { watchXmpp } from './read.ts'
import { openRoster } from './session.ts'

const crowd = Array.from({ length: 5_000 }, (_, i) => ({
  jid: `person.${i}@corp.example`,
  name: `李波 <${i}> & "Söhne"`,
  subscription: 'both' as const,
  groups: ['研发', `G${i % 5}`],
}))

let server: Prosody
beforeAll(async () => {
  server = await prosody({
    few: [
      { jid: 'bo@partner.example', name: 'Bo Li', subscription: 'both', groups: ['B', 'A'] },
      { jid: 'ada@partner.example', subscription: 'both' },
      { jid: 'to@partner.example', name: 'To', subscription: 'to' },
      { jid: 'from@partner.example', name: 'From', subscription: 'from' },
      { jid: 'none@partner.example', name: 'None', subscription: 'none' },
      { jid: 'irc.partner.example', name: 'Gateway', subscription: 'both' },
    ],
    many: crowd,
    watched: [
      { jid: 'bo@partner.example', name: 'Bo', subscription: 'both' },
      { jid: 'ada@partner.example', name: 'Ada', subscription: 'both' },
    ],
  })
})
afterAll(() => server.close())

function sourceOf(more: Readonly<Record<string, unknown>> = {}): XmppSource {
  const settings = { kind: 'xmpp', name: 'im', jid: 'few@corp.example', password: { file: 'password' }, ca: 'ca.pem' }
  const place = { host: '127.0.0.1', port: server.plainPort }
  const source = importSourceSchema.parse({ ...settings, ...place, ...more })
  if (source.kind !== 'xmpp') throw new Error('not a roster')
  return source
}

function around(env: Surroundings['env'] = {}): Surroundings {
  return { folder: server.folder, env, unicode: false }
}

async function contactsOf(source: XmppSource): Promise<readonly ImportedContact[]> {
  const result = await readSource(source, around())
  if (!result.ok) throw new Error(JSON.stringify(result.fault))
  return result.value.contacts
}

async function whyNot(source: XmppSource, surroundings = around()): Promise<string> {
  const result = await readSource(source, surroundings)
  return result.ok ? 'it was read' : JSON.stringify(result.fault)
}

describe('the roster', () => {
  test.each(['starttls', 'tls'])(
    'is read over %s: those who agreed in both directions, services left out',
    async (security) => {
      const port = security === 'tls' ? server.tlsPort : server.plainPort
      const result = await readSource(sourceOf({ security, port, scope: 'external' }), around())
      expect(result).toMatchObject({
        ok: true,
        value: {
          contacts: expect.arrayContaining([
            {
              externalId: 'bo@partner.example',
              address: 'bo@partner.example',
              name: 'Bo Li',
              groups: ['A', 'B'],
              scope: 'external',
            },
            {
              externalId: 'ada@partner.example',
              address: 'ada@partner.example',
              name: 'ada',
              groups: [],
              scope: 'external',
            },
          ]),
          warnings: [{ where: 'irc.partner.example', why: 'is a service, not a person: left out' }],
        },
      })
      expect(result.ok && result.value.contacts).toHaveLength(2)
    },
  )

  test('holds whom the settings ask for', async () => {
    const contacts = await contactsOf(sourceOf({ subscriptions: ['to', 'from', 'none'] }))
    expect(contacts.map(({ name }) => name).sort()).toEqual(['From', 'None', 'To'])
  })

  test('of five thousand comes whole, no character cut in two', async () => {
    const contacts = await contactsOf(sourceOf({ jid: 'many@corp.example' }))
    expect(contacts).toHaveLength(crowd.length)
    const names = new Map(contacts.map(({ address, name, groups }) => [address, JSON.stringify([name, groups])]))
    for (const { jid, name, groups } of crowd) expect(names.get(jid)).toBe(JSON.stringify([name, groups.toSorted()]))
  })
})

describe('what is refused', () => {
  test('a wrong password, an unknown account, an empty password; no fault repeats one', async () => {
    const source = sourceOf({ password: { env: 'SECRET' } })
    const why = await whyNot(source, around({ SECRET: 'not this one' }))
    expect(why).toContain('it refuses the name or the password: not-authorized')
    expect(why).not.toContain('not this one')
    expect(await whyNot(sourceOf({ jid: 'nobody@corp.example' }))).toContain('refuses the name or the password')
    expect(await whyNot(source, around({ SECRET: '' }))).toContain('the password is empty')
    expect(why).not.toContain(xmppPassword)
  })

  test('a certificate that nobody trusts, and a domain that the server does not have', async () => {
    const direct = { security: 'tls', port: server.tlsPort }
    expect(await whyNot(sourceOf({ ca: undefined }))).toContain('certificate is not trusted')
    expect(await whyNot(sourceOf({ ca: undefined, ...direct }))).toContain('certificate is not trusted')
    expect(await whyNot(sourceOf({ jid: 'few@other.example' }))).toContain('it ends the stream: host-unknown')
    expect(await whyNot(sourceOf({ jid: 'few@other.example', ...direct }))).toContain('there is no connection to it')
  })

  test('nothing but a bare JID', async () => {
    for (const jid of ['@corp.example', 'a@b@corp.example', 'corp.example'])
      expect(await whyNot(sourceOf({ jid }))).toContain('is not a bare JID')
  })
})

describe('watching', () => {
  test('a roster that changes is told again, until the watch is closed', async () => {
    const told = queue<ImportResult>()
    const source = sourceOf({ jid: 'watched@corp.example', subscriptions: ['both', 'none'] })
    const watch = await watchXmpp(source, around(), told.put)
    expect(await told.next()).toMatchObject({ ok: true, value: { contacts: [{}, {}] } })
    const ca = await readFile(join(server.folder, 'ca.pem'), 'utf8')
    const peer = { host: '127.0.0.1', port: server.tlsPort, security: 'tls', domain: 'corp.example', ca } as const
    const other = new XmppConnection(peer)
    await openRoster(other, { user: 'watched', domain: 'corp.example', password: xmppPassword })
    const set = (item: string) =>
      other.send(`<iq type='set' id='x'><query xmlns='jabber:iq:roster'>${item}</query></iq>`)
    set("<item jid='bo@partner.example' name='Bo the Second'><group>G</group></item>")
    expect(namesOf(await told.next())).toEqual(['Ada', 'Bo the Second'])
    set("<item jid='new@partner.example' name='New'/>")
    expect(namesOf(await told.next())).toEqual(['Ada', 'Bo the Second', 'New'])
    set("<item jid='ada@partner.example' subscription='remove'/>")
    expect(namesOf(await told.next())).toEqual(['Bo the Second', 'New'])
    other.destroy('done')
    watch.close()
    expect(await watch.ended).toBeUndefined()
  })

  test('a server that goes away ends the watch with a fault', async () => {
    const own = await prosody({ few: [] })
    const told = queue<ImportResult>()
    const source = sourceOf({ port: own.plainPort })
    const watch = await watchXmpp(source, { ...around(), folder: own.folder }, told.put)
    expect(await told.next()).toMatchObject({ ok: true, value: { contacts: [] } })
    await own.close()
    expect(await watch.ended).toMatch(/ends the stream: system-shutdown|hung up|ended the stream/)
  })
})

function namesOf(result: ImportResult): readonly string[] {
  return result.ok ? result.value.contacts.map(({ name }) => name).sort() : []
}
