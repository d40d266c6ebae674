/** What a hostile or broken XMPP server can do: each ends in a fault, none in a contact or a password given away. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { ImportResult } from '../contact.ts'
import { importSourceSchema, type XmppSource } from '../source.ts'
import { temporaryFolder } from '../testing/ports.ts'
import { queue } from '../testing/queue.ts'
import {
  header,
  idOf,
  mechanisms,
  roster,
  type Script,
  type ScriptedXmpp,
  scriptedXmpp,
} from '../testing/scripted-xmpp.ts'
import { readXmpp, watchXmpp } from './read.ts'

const password = 'a secret that stays one'
const undo: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function against(script: Script, timeout = 20) {
  const server: ScriptedXmpp = await scriptedXmpp(script)
  const folder = temporaryFolder('xmpp')
  undo.push(server.close, folder.remove)
  writeFileSync(join(folder.path, 'ca.pem'), server.ca)
  const place = { host: '127.0.0.1', port: server.port, security: script.plain ? 'starttls' : 'tls', timeout }
  const account = { jid: 'import@corp.example', password: { env: 'SECRET' } }
  const source = importSourceSchema.parse({ kind: 'xmpp', name: 'im', ca: 'ca.pem', ...account, ...place })
  const surroundings = { folder: folder.path, env: { SECRET: password }, unicode: false }
  return { server, source: source as XmppSource, surroundings }
}

async function reading(script: Script, timeout?: number): Promise<{ readonly why: string; readonly heard: string }> {
  const { server, source, surroundings } = await against(script, timeout)
  const result = await readXmpp(source, surroundings)
  return {
    why: result.ok ? `read ${result.value.contacts.length}` : JSON.stringify(result.fault),
    heard: server.heard(),
  }
}

const encoded = Buffer.from(`\0import\0${password}`).toString('base64')
const rosterAnswer = (items: string): Script => ({
  answer: (said) => (said.includes('jabber:iq:roster') ? roster(idOf(said), items) : undefined),
})
const bo = "<item jid='bo@x.example' subscription='both'/>"

test('the script itself: a polite server is read, in the clear until TLS and byte by byte', async () => {
  expect((await reading({ plain: true, ...rosterAnswer(bo) })).why).toBe('read 1')
  const drip: Script = {
    answer: (said, socket) => {
      if (!said.includes('jabber:iq:roster')) return undefined
      const text = roster(idOf(said), "<item jid='bo@x.example' name='李波' subscription='both'/>")
      for (const byte of Buffer.from(text)) socket.write(Buffer.of(byte))
      return ''
    },
  }
  expect((await reading(drip)).why).toBe('read 1')
})

describe('before the password', () => {
  const tlsProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
  test.each<[string, Script, string]>([
    ['offers no TLS', { plain: true, features: () => mechanisms('PLAIN', 'SCRAM-SHA-1') }, 'offers no TLS'],
    ['promises TLS and never begins it', { plain: true, isMute: true }, 'did not answer within 1 seconds'],
    ['has a certificate of another name', { plain: true, name: 'other.example' }, 'not trusted'],
    ['has a certificate of another name at once', { name: 'other.example' }, 'not trusted'],
    ['is no XMPP server', { speak: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n') }, 'not XML'],
    ['sends another root', { speak: (socket) => socket.write("<a xmlns='x'><b/>") }, 'not an XMPP server'],
    ['hangs up', { speak: (socket) => socket.destroy() }, 'ECONNRESET|hung up'],
    ['never answers', { speak: () => undefined }, 'did not answer within 1 seconds'],
    [
      'never begins TLS',
      { plain: true, speak: (socket) => socket.write(`${header}<stream:features/>`) },
      'offers no TLS',
    ],
    [
      'speaks before TLS begins',
      {
        plain: true,
        speak: (socket) => {
          const tls = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"
          socket.write(`${header}${tls}${tlsProceed}<stream:features>${mechanisms('PLAIN')}</stream:features>`)
        },
      },
      'speaks before TLS begins',
    ],
    [
      'names another host',
      {
        speak: (socket) =>
          socket.write(
            `${header}<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host></stream:error>`,
          ),
      },
      'ends the stream: see-other-host',
    ],
    ['knows no mechanism', { features: () => mechanisms('ANONYMOUS', 'X-OAUTH2') }, 'no way to sign in'],
  ])('a server that %s', async (_, script, why) => {
    const result = await reading(script, 1)
    expect(result.why).toMatch(new RegExp(why))
    expect(result.heard).not.toContain(encoded)
    expect(result.heard).not.toContain(password)
  })
})

describe('SCRAM', () => {
  const challenge = (text: string) =>
    `<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${Buffer.from(text).toString('base64')}</challenge>`
  const nonceOf = (said: string) => {
    const text = Buffer.from(/>([^<]*)<\/auth>/.exec(said)?.[1] ?? '', 'base64').toString()
    return text.slice(text.indexOf(',r=') + 3)
  }
  const scram = (first: (nonce: string) => string): Script => ({
    features: () => mechanisms('PLAIN', 'SCRAM-SHA-256'),
    answer: (said) => {
      if (said.includes('<auth ')) return challenge(first(nonceOf(said)))
      return said.includes('<response ')
        ? `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${Buffer.from('v=AAAA').toString('base64')}</success>`
        : undefined
    },
  })

  test.each<[string, (nonce: string) => string, string]>([
    ['does not know the password', (nonce) => `r=${nonce}x,s=AAAA,i=4096`, 'does not prove'],
    ['asks for rounds without end', (nonce) => `r=${nonce}x,s=AAAA,i=2147483647`, 'makes no sense'],
    ['asks for a million and one', (nonce) => `r=${nonce}x,s=AAAA,i=1000001`, 'makes no sense'],
    ['adds no nonce of its own', (nonce) => `r=${nonce},s=AAAA,i=4096`, 'makes no sense'],
    ['answers another nonce', () => 'r=other,s=AAAA,i=4096', 'makes no sense'],
    ['sends no salt', (nonce) => `r=${nonce}x,i=4096`, 'makes no sense'],
    ['sends nothing', () => '', 'makes no sense'],
  ])('a server that %s', async (_, first, why) => {
    const result = await reading(scram(first))
    expect(result.why).toContain(why)
    expect(result.heard).not.toContain(encoded)
  })
})

describe('the roster', () => {
  test.each<[string, string, string]>([
    ['with a comment', '<!-- -->', 'comment'],
    ['with an entity', "<item jid='&bo;@x.example' subscription='both'/>", 'not XML'],
    ['with a document type', "<!DOCTYPE a [<!ENTITY b 'c'>]>", 'document type|not XML'],
    ['with an instruction', '<?php ?>', 'processing instruction'],
    ['nested too deep', '<a>'.repeat(20), 'too deep'],
    [
      'with too many attributes',
      `<item ${Array.from({ length: 40 }, (_, i) => `a${i}='1'`).join(' ')}/>`,
      'too many attributes',
    ],
    ['with too many elements', '<item/>'.repeat(400_001), 'too many elements'],
    ['larger than all others', `<item jid='${'a'.repeat(17_000_000)}'/>`, 'more than 16777216 bytes'],
    ['not closed as opened', '<item></it>', 'not XML'],
  ])('an item %s: nothing is taken', async (_, items, why) => {
    expect((await reading(rosterAnswer(bo + items))).why).toMatch(new RegExp(why))
  })

  test.each([
    ['without an address', "<item subscription='both'/>", 'makes no sense'],
    ['with a resource', "<item jid='eve@x.example/phone' subscription='both'/>", 'makes no sense'],
    ['of an unknown kind', "<item jid='eve@x.example' subscription='all'/>", 'makes no sense'],
    ['removed', "<item jid='eve@x.example' subscription='remove'/>", 'makes no sense'],
    ['of another namespace', "<item xmlns='x' jid='eve@x.example' subscription='both'/>", 'makes no sense'],
    ['twice', bo.replace('bo@', 'BO@'), 'occurs twice'],
    ['that is no address', "<item jid='a b@x.example' subscription='both'/>", 'not an address'],
  ])('an item %s: it is left out and told, and the others are taken', async (_, item, why) => {
    const { source, surroundings } = await against(rosterAnswer(item + bo))
    const result = await readXmpp(source, surroundings)
    expect(result).toMatchObject({
      ok: true,
      value: {
        contacts: [{ address: 'bo@x.example' }],
        left: [{ where: expect.any(String), why: expect.stringContaining(why) }],
      },
    })
  })

  test('bytes that are no characters', async () => {
    const answer: Script['answer'] = (said, socket) => {
      if (!said.includes('jabber:iq:roster')) return undefined
      const bytes = Buffer.from(roster(idOf(said), "<item jid='bo@x.example' name='?' subscription='both'/>"))
      bytes[bytes.indexOf('?')] = 0xff
      socket.write(bytes)
      return ''
    }
    expect((await reading({ answer })).why).toContain('not UTF-8')
  })

  test('an answer that never comes, and one that a stranger gives', async () => {
    const never: Script = { answer: (said) => (said.includes('jabber:iq:roster') ? '' : undefined) }
    expect((await reading(never, 1)).why).toContain('did not answer within 1 seconds')
    const stranger: Script = {
      answer: (said) => {
        if (!said.includes('jabber:iq:roster')) return undefined
        const forged = (from: string) => roster(idOf(said), bo).replace('<iq ', `<iq from='${from}' `)
        return `${forged('eve@evil.example')}${forged('corp.example.evil.example')}${roster('other', bo)}${roster(idOf(said), bo.repeat(0))}`
      },
    }
    expect((await reading(stranger)).why).toBe('read 0')
  })

  test('a refusal', async () => {
    const answer: Script['answer'] = (said) =>
      said.includes('jabber:iq:roster')
        ? `<iq type='error' id='${idOf(said)}'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
        : undefined
    expect((await reading({ answer })).why).toContain('it refuses: forbidden')
  })
})

describe('pushes', () => {
  const push = (items: string, from?: string, id = 'p') =>
    `<iq type='set' id='${id}'${from === undefined ? '' : ` from='${from}'`}><query xmlns='jabber:iq:roster'>${items}</query></iq>`
  const item = (name: string, more = "subscription='both'") => `<item jid='${name}@x.example' name='${name}' ${more}/>`

  async function afterPushes(...pushes: readonly string[]) {
    const { server, source, surroundings } = await against({
      answer: (said) =>
        said.includes('jabber:iq:roster') ? `${roster(idOf(said), item('bo'))}${pushes.join('')}` : undefined,
    })
    const told = queue<ImportResult>()
    const watch = await watchXmpp(source, surroundings, told.put)
    undo.push(watch.close)
    const names: string[] = []
    while (!names.includes('last')) {
      const result = await told.next()
      names.splice(0, names.length, ...(result.ok ? result.value.contacts.map(({ name }) => name) : ['fault']))
    }
    return { names: names.sort(), heard: server.heard }
  }

  test('RFC 6121 2.1.6: only those of the account itself count, with or without its address', async () => {
    const strangers = [
      'eve@evil.example',
      'corp.example',
      'import@corp.example.evil.example',
      'import@corp.example/x',
      '',
    ]
    const { names } = await afterPushes(
      ...strangers.map((from) => push(item('eve'), from)),
      push(item('ada'), 'IMPORT@corp.example'),
      push(item('bo', "subscription='remove'")),
      push(item('last')),
    )
    expect(names).toEqual(['ada', 'last'])
  })

  test('those that make no sense change nothing', async () => {
    const { names } = await afterPushes(
      push(item('eve') + item('mal')),
      push(''),
      push("<item name='eve' subscription='both'/>"),
      push(item('bo', "subscription='gone'")),
      "<iq type='result' id='p'><query xmlns='jabber:iq:roster'><item jid='eve@x.example' subscription='both'/></query></iq>",
      `<message from='eve@evil.example'><query xmlns='jabber:iq:roster'>${item('eve')}</query></message>`,
      push(item('last')),
    )
    expect(names).toEqual(['bo', 'last'])
  })

  test('a stranger’s request gets no answer; the server’s own does', async () => {
    const ping = (from: string, id: string) =>
      `<iq type='get' id='${id}' from='${from}'><ping xmlns='urn:xmpp:ping'/></iq>`
    const pings = `${ping('eve@evil.example', 'strange')}${ping('corp.example', 'own')}`
    const { heard } = await afterPushes(pings, push(item('last'), undefined, 'good'))
    await expect.poll(heard).toContain("type='result' id='good'")
    expect(heard()).toContain("type='error' id='own'")
    expect(heard()).not.toContain('strange')
  })

  test('a server that does not answer any more ends the watch', async () => {
    const { source, surroundings } = await against(rosterAnswer(item('bo')))
    const watch = await watchXmpp(source, surroundings, () => undefined, 20)
    expect(await watch.ended).toBe('it does not answer any more')
  })
})
