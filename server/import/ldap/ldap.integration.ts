/** Contacts from Debian's slapd: paging, protection of the connection, what changes between two readings. */
import { writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ImportedContact } from '../contact.ts'
import type { Surroundings } from '../places.ts'
import { readSource } from '../read-source.ts'
import { reconcile } from '../reconcile.ts'
import { importSourceSchema, type LdapSource } from '../source.ts'
import { personDn, type Slapd, slapd, slapdPassword } from '../testing/slapd.ts'

const count = 10_000
const crowd = Array.from({ length: count }, (_, i) => ({
  uid: `p${i}`,
  mail: `person.${i}@corp.example`,
  name: i % 10 === 0 ? `李波 ${i}` : `Person ${i}`,
  more: { displayName: `Display ${i}`, description: 'words', departmentNumber: `D${i % 7}` },
}))

let directory: Slapd
beforeAll(async () => {
  directory = await slapd([...crowd, { uid: 'silent', mail: '', name: 'No Mail' }])
})
afterAll(() => directory.close())

function sourceOf(more: Readonly<Record<string, unknown>> = {}): LdapSource {
  const { host, tlsPort, base, bindDn } = directory
  const bind = { dn: bindDn, password: { file: 'password' } }
  const settings = { kind: 'ldap', name: 'hr', host, port: tlsPort, ca: 'ca.pem', base, bind, ...more }
  const source = importSourceSchema.parse(settings)
  if (source.kind !== 'ldap') throw new Error('not a directory')
  return source
}

function around(more: Partial<Surroundings> = {}): Surroundings {
  return { folder: directory.folder, env: {}, unicode: false, ...more }
}

async function contactsOf(source: LdapSource): Promise<readonly ImportedContact[]> {
  const result = await readSource(source, around())
  if (!result.ok) throw new Error(JSON.stringify(result.fault))
  return result.value.contacts
}

async function whyNot(source: LdapSource, surroundings = around()): Promise<string> {
  const result = await readSource(source, surroundings)
  return result.ok ? 'it was read' : JSON.stringify(result.fault)
}

describe('a directory of ten thousand', () => {
  test('is read whole, page by page, past the server’s limit for one answer', async () => {
    const contacts = await contactsOf(sourceOf({ scope: 'internal' }))
    expect(contacts).toHaveLength(count)
    const byAddress = new Map(contacts.map((contact) => [contact.address, contact]))
    expect(byAddress.get('person.10@corp.example')).toEqual({
      externalId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/),
      address: 'person.10@corp.example',
      name: 'Display 10',
      remark: 'words',
      groups: ['D3'],
      scope: 'internal',
    })
  })

  test('over STARTTLS, anonymously, with a filter and a map of attributes', async () => {
    const contacts = await contactsOf(
      sourceOf({
        security: 'starttls',
        port: directory.plainPort,
        bind: undefined,
        filter: '(&(objectClass=inetOrgPerson)(departmentNumber=D0)(uid=p70))',
        attributes: { name: ['cn'], nickname: ['uid'], remark: [], groups: [] },
      }),
    )
    expect(contacts).toMatchObject([{ name: '李波 70', nickname: 'p70' }])
    expect(contacts[0]).not.toHaveProperty('remark')
  })

  test('a changed address, a changed name, a new and a lost entry are told apart by entryUUID', async () => {
    const source = sourceOf({ filter: '(uid=p10*)' })
    const before = (await contactsOf(source)).map((contact) => ({ ...contact, source: 'hr' }))
    const [moved, renamed, gone] = ['p101', 'p102', 'p103'].map(personDn)
    directory.modify(
      `dn: ${moved}\nchangetype: modify\nreplace: mail\nmail: elsewhere@corp.example\n\n` +
        `dn: ${renamed}\nchangetype: modrdn\nnewrdn: uid=p102x\ndeleteoldrdn: 1\n\n` +
        `dn: ${personDn('p102x')}\nchangetype: modify\nreplace: displayName\ndisplayName: Other\n\n` +
        `dn: ${gone}\nchangetype: delete\n\n` +
        `dn: ${personDn('p10new')}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: New\nsn: New\nmail: new@corp.example\n`,
    )
    const plan = reconcile(before, await contactsOf(source), { source: 'hr' })
    expect(plan.change.map(({ changes }) => changes)).toEqual(
      expect.arrayContaining([{ address: 'elsewhere@corp.example' }, { name: 'Other' }]),
    )
    expect([plan.add.length, plan.change.length, plan.remove.length]).toEqual([1, 2, 1])
    expect(plan.remove[0]?.address).toBe('person.103@corp.example')
  })
})

test('an identifier that is bytes becomes hex, one that is text stays text', async () => {
  const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex').toString('base64')
  directory.modify(`dn: ${personDn('p555')}\nchangetype: modify\nadd: jpegPhoto\njpegPhoto:: ${bytes}\n`)
  const filter = '(uid=p555)'
  expect(await contactsOf(sourceOf({ filter, attributes: { id: 'jpegphoto' } }))).toMatchObject([
    { externalId: '00112233445566778899aabbccddeeff' },
  ])
  expect(await contactsOf(sourceOf({ filter, attributes: { id: 'uid' } }))).toMatchObject([{ externalId: 'p555' }])
})

describe('one bad entry of a live directory', () => {
  const filter = '(|(uid=p77*)(uid=p20new))'
  const read = async () => {
    const result = await readSource(sourceOf({ filter }), around())
    if (!result.ok) throw new Error(JSON.stringify(result.fault))
    return result.value
  }
  const change = (uid: string, lines: string) => `dn: ${personDn(uid)}\nchangetype: modify\n${lines}\n\n`
  const mail = (uid: string, value: string) => change(uid, `replace: mail\nmail: ${value}`)

  test('keeps neither the good ones nor whoever left; its own person stays as before, and it is told', async () => {
    const listed = (await read()).contacts.map((contact) => ({ ...contact, source: 'hr' }))
    const wordsOf = (address: string) => listed.find((one) => one.address === address)?.externalId
    directory.modify(`dn: ${personDn('p770')}\nchangetype: delete\n`)
    directory.modify(change('p772', 'replace: displayName\ndisplayName: Other'))
    for (const [bad, why] of [
      [mail('p771', 'person.771@corp,example'), 'not an address'],
      [mail('p771', 'person.773@corp.example'), 'occurs twice'],
      [
        mail('p771', 'person.771@corp.example') +
          change('p771', `replace: description\ndescription: ${'x'.repeat(1_100)}`),
        'longer than',
      ],
      [
        change(
          'p771',
          'replace: description\ndescription: ok\n-\nreplace: mail\nmail: not one\nmail: aaa@corp.example',
        ),
        'one of its addresses',
      ],
    ] as const) {
      directory.modify(bad)
      const { contacts, left = [] } = await read()
      const plan = reconcile(listed, contacts, { source: 'hr', left })
      expect(plan.remove.map(({ address }) => address)).toEqual(['person.770@corp.example'])
      expect(plan.change.map(({ changes }) => changes)).toEqual([{ name: 'Other' }])
      expect([plan.add, plan.faults]).toEqual([[], []])
      expect([...left, ...plan.left].map((row) => row.why).join()).toContain(why)
      expect(plan.unchanged.map(({ externalId }) => externalId)).toContain(wordsOf('person.771@corp.example'))
    }
  })

  test('a second address never takes the place of the listed one, and is told', async () => {
    directory.modify(change('p774', 'add: mail\nmail: aaa.774@corp.example'))
    directory.modify(change('p775', 'replace: mail\nmail: aaa.775@corp.example\nmail: person.775@corp.example'))
    const known = crowd.filter(({ uid }) => uid === 'p774' || uid === 'p775').map(({ mail: address }) => address)
    const { contacts, left = [] } = await read()
    const listed = contacts.map((contact) => ({
      ...contact,
      source: 'hr',
      address: known.find((address) => contact.others?.includes(address)) ?? contact.address,
    }))
    const plan = reconcile(listed, contacts, { source: 'hr', left })
    expect([plan.add, plan.change, plan.remove]).toEqual([[], [], []])
    expect(plan.warnings.map(({ why }) => why)).toEqual(
      expect.arrayContaining(
        ['774', '775'].map(
          (n) => `several addresses: person.${n}@corp.example is taken, left out: aaa.${n}@corp.example`,
        ),
      ),
    )
  })
})

test('an entry without an address is left out, by its name', async () => {
  const result = await readSource(sourceOf({ filter: '(uid=silent)' }), around())
  expect(result).toMatchObject({
    ok: true,
    value: { contacts: [], left: [{ where: expect.stringContaining('uid=silent,ou=people') }] },
  })
})

describe('what is refused', () => {
  test('an empty password, before anything is connected', async () => {
    const bind = { dn: directory.bindDn, password: { env: 'EMPTY' } }
    const nowhere = sourceOf({ bind, port: 1 })
    expect(await whyNot(nowhere, around({ env: { EMPTY: '\n' } }))).toContain('the password is empty')
    expect(await whyNot(nowhere)).toContain('cannot read the password')
  })

  test('a wrong password, and no fault repeats one', async () => {
    const bind = { dn: directory.bindDn, password: { env: 'WRONG' } }
    const why = await whyNot(sourceOf({ bind }), around({ env: { WRONG: 'not this one' } }))
    expect(why).toContain('refuses the name or the password')
    expect(why).not.toContain('not this one')
    expect(await whyNot(sourceOf({ filter: '(((' }))).not.toContain(slapdPassword)
  })

  test('a certificate that nobody trusts, or of another name, on both ways', async () => {
    writeFileSync(join(directory.folder, 'text.pem'), 'no certificate')
    for (const way of [{}, { security: 'starttls', port: directory.plainPort }]) {
      expect(await whyNot(sourceOf({ ca: undefined, ...way }))).toContain('certificate is not trusted')
      expect(await whyNot(sourceOf({ host: '127.0.0.2', ...way }))).toMatch(/certificate is not trusted|ECONNREFUSED/)
    }
    expect(await whyNot(sourceOf({ ca: 'text.pem' }))).toContain('cannot read certificates')
  })

  test.each([{ filter: '((' }, { base: 'not a dn' }, { base: 'dc=other,dc=example' }])(
    'a search that makes no sense: %j',
    async (settings) => {
      expect(await whyNot(sourceOf(settings))).toContain('directory')
    },
  )

  test('a search that finds nobody finds nobody: what that means is for the comparison to say', async () => {
    expect(await contactsOf(sourceOf({ filter: '(uid=nobody)' }))).toEqual([])
  })
})

describe('a hostile server', () => {
  let server: Server
  const sockets = new Set<Socket>()
  const listen = (speak: (socket: Socket) => void): Promise<number> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined))
        speak(socket)
      })
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  const answering = (hex: string) => (socket: Socket) => {
    socket.once('data', (asked: Buffer) => {
      const answer = Buffer.from(hex, 'hex')
      answer[4] = asked[4] ?? 0
      socket.write(answer)
    })
  }
  const success = '300c02010178070a010004000400'
  const plain = (port: number) => sourceOf({ security: 'starttls', port, timeout: 1 })

  test.each<[string, (socket: Socket) => void, RegExp]>([
    ['never answers', () => undefined, /did not answer within 1 seconds|timed out/],
    ['hangs up', (socket) => socket.destroy(), /directory/],
    ['talks nonsense', (socket) => socket.write(Buffer.alloc(1_000, 0xff)), /directory/],
    ['speaks another protocol', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), /directory/],
    // An extended response with success to what was asked, and nothing after it: TLS never begins.
    ['promises TLS', answering(success), /directory/],
    // Half an entry for the search to come: bytes that are heard later would end it.
    ['speaks before TLS begins', answering(`${success}30820100020103647f`), /speaks before TLS begins/],
    ['speaks before it is asked', (socket) => socket.write(Buffer.from(success.repeat(5_000), 'hex')), /directory/],
    ['announces a gigabyte', (socket) => socket.write(Buffer.from('3084400000000201', 'hex')), /makes no sense/],
    // The same with protocolError: no STARTTLS.
    ['has no TLS', answering('300c02010178070a010204000400'), /refuses/],
  ])('that %s is given up, and no password was sent', async (_, speak, why) => {
    let sent = ''
    const port = await listen((socket) => {
      socket.on('data', (chunk) => {
        sent += chunk.toString('latin1')
      })
      speak(socket)
    })
    expect(await whyNot(plain(port))).toMatch(why)
    expect(sent).not.toContain(slapdPassword)
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
})
