/** The signing machine against a real server, and against one that was taken over: its answers are bent on the way. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { outcomeForm as outcome } from '../../../shared/administration/deeds.ts'
import { fromBase64, toBase64, toHex } from '../../../shared/whitelist/bytes/encoding.ts'
import { type Entry, entryText, leafOfText } from '../../../shared/whitelist/entry.ts'
import { type Core, decodeHead, draftHead } from '../../../shared/whitelist/head.ts'
import { stateRoot } from '../../../shared/whitelist/state-root.ts'
import { failed } from '../../admin-soap/faults.ts'
import { drafted, type listContents } from '../../admin-soap/signing-operations.ts'
import { type OtherMachine, otherMachine } from '../../admin-soap/testing/other-machine.ts'
import { primitives } from '../../ground/primitives.ts'
import { openRootFile } from '../../keys/root-file.ts'
import { createPool, type ListTexts, pack, unpack } from '../../signing/bundle.ts'
import { signedIn } from '../../testing/client.ts'
import { runCommand, type TestServer, testPassword, testServer } from '../../testing/harness.ts'
import type { Transport } from '../transport.ts'
import { openDesk, type Round, signOne } from './signing-desk.ts'
import { Unreachable } from './unreachable.ts'

const passphrase = 'a passphrase for the policy key'
type Drafted = z.output<typeof drafted>

let server: TestServer
let machine: OtherMachine
let asking: Transport
let signing: Transport

beforeEach(async () => {
  server = await testServer(['alice', 'bob'])
  machine = await otherMachine(server)
  const exported = await runCommand(server.path, ['key', 'policy', 'export', '--to', keyFile()], `${passphrase}\n`)
  if (exported.code !== 0) throw new Error(exported.err)
  asking = await machine.remoteOf('all')
  signing = await machine.remoteOf('sign')
})
afterEach(async () => {
  await machine.close()
  await server.close()
})

const keyFile = () => join(machine.path, 'policy.json')

async function proposed(user: string, address: string): Promise<string> {
  const asked = await asking.call('AddContact', { user, contact: { address, name: 'Pat' } }, outcome)
  if (!asked.ok || asked.value.proposal === undefined) throw new Error('no proposal')
  return asked.value.proposal
}

/** A start of the command: what it shows, and what it comes to. */
async function sign(what: string, remote: Transport = signing): Promise<{ round: Round; shown: readonly string[] }> {
  const key = await openRootFile(keyFile(), passphrase, 'policy')
  if (!key.ok) throw new Error(key.why)
  const shown: string[] = []
  const isWanted = async (_what: string, lines: readonly string[]) => shown.push(...lines) > 0
  const desk = await openDesk({ remote, key: key.value, policyKeyFile: keyFile(), isWanted })
  if (!desk.ok) throw new Error(desk.why)
  return { round: await signOne(desk.value, what), shown }
}

const versionOf = async (user: string) => (await server.administration.store.lists.ofUser(user))?.version

/** What the server answers to one operation, bent. */
function bent(name: string, bend: (answer: unknown, call: () => Promise<unknown>) => unknown): Transport {
  return {
    async call(asked, given, schema) {
      if (asked !== name) return signing.call(asked, given, schema)
      const call = () => signing.call(asked, given, schema)
      return (await bend(given, call)) as Awaited<ReturnType<typeof signing.call<typeof schema>>>
    },
  }
}

function lying(lie: (draft: Drafted) => Drafted | Promise<Drafted>): Transport {
  return bent('Draft', async (_given, call) => {
    const answer = (await call()) as { ok: true; value: Drafted }
    expect(answer.ok).toBe(true)
    return { ok: true, value: await lie(answer.value) }
  })
}

describe('an honest server', () => {
  test('a list is shown whole the first time, then by its differences, also after a start', async () => {
    const first = await sign(await proposed('alice', 'one@partner.example'))
    expect(first).toMatchObject({ round: { ok: true, value: 1 } })
    expect(first.shown.join('\n')).toContain('alice: not signed here before, so shown whole')
    const second = await sign(await proposed('alice', 'two@partner.example'))
    expect(second.shown).toEqual([
      expect.stringContaining('list of alice: version 3, 2 entries, 1 added, 0 changed, 0 removed, valid until'),
      'alice: + two@partner.example (Pat, scope external)',
    ])
    const sealed = await readFile(`${keyFile()}.signed`)
    expect(sealed.includes('partner.example')).toBe(false)
    sealed[40] = (sealed[40] ?? 0) ^ 1
    await writeFile(`${keyFile()}.signed`, sealed)
    await expect(sign(await proposed('alice', 'three@partner.example'))).rejects.toThrow(/damaged/)
  })

  test('a new user and what is shared with others: equal changes are one line', async () => {
    await sign(await proposed('alice', 'one@partner.example'))
    await sign(await proposed('bob', 'one@partner.example'))
    const policy = [
      { op: 'policy.set', changes: { everyone: true } },
      { op: 'user.add', user: 'carol', scope: 'internal', name: 'Carol' },
      { op: 'contact.add', user: 'carol', contact: { address: 'one@partner.example', name: 'Pat' } },
    ]
    const asked = await asking.call('RunChanges', { changes: policy }, outcome)
    const { round, shown } = await sign((asked.ok && asked.value.proposal) || '')
    expect(round).toMatchObject({ ok: true })
    expect(shown).toContain('2 lists (alice, bob): + carol@example.org (Carol, scope internal)')
    expect(shown).toContain('carol: new')
    expect(await versionOf('carol')).toBe(2)
    const next = await sign(await proposed('carol', 'two@partner.example'))
    expect(next.shown).toContain('carol: + two@partner.example (Pat, scope external)')
    expect(next.shown).toHaveLength(2)
  })

  test('an answer that was lost: the next draft follows from what was signed', async () => {
    await sign(await proposed('alice', 'one@partner.example'))
    const id = await proposed('alice', 'two@partner.example')
    const deaf = bent('Commit', async (_given, call) => {
      await call()
      throw new Unreachable('gone')
    })
    await expect(sign(id, deaf)).rejects.toThrow(Unreachable)
    expect(await versionOf('alice')).toBe(3)
    const { round, shown } = await sign(await proposed('alice', 'three@partner.example'))
    expect(round).toMatchObject({ ok: true })
    expect(shown).toHaveLength(2)
  })

  test('signatures that were not taken: the same version is shown as a second one', async () => {
    await sign(await proposed('alice', 'one@partner.example'))
    const id = await proposed('alice', 'two@partner.example')
    let isFirst = true
    const once = bent('Commit', (_given, call) => {
      if (!isFirst) return call()
      isFirst = false
      return failed('MovedOn', {})
    })
    const { round, shown } = await sign(id, once)
    expect(round).toMatchObject({ ok: true, value: 1 })
    expect(shown.filter((line) => line.includes('a second time'))).toHaveLength(1)
    expect(await versionOf('alice')).toBe(3)
  })

  test('a command to a device is built here, signed and kept', async () => {
    const { cert, ready } = server.running
    const client = await signedIn(
      { url: ready.url, ...(cert ? { cert } : {}) },
      { user: 'alice', password: testPassword },
    )
    const { id: device } = client.device
    const wipe = [{ op: 'device.revoke', user: 'alice', device, wipe: 'all' }]
    const asked = await asking.call('RunChanges', { changes: wipe }, outcome)
    const { round, shown } = await sign((asked.ok && asked.value.proposal) || '')
    expect(round).toMatchObject({ ok: true, value: 1 })
    expect(shown).toEqual([`command to the device ${device}: wipe all`])
    const { store } = server.administration
    expect(await store.devices.get('alice', device)).toMatchObject({ state: 'revoked' })
    expect(await store.devices.commands('alice', device)).toMatchObject([{ state: 'open' }])
  })
})

const stranger: Entry = {
  id: 'c9',
  rev: 1,
  n: 'Stranger',
  k: '',
  m: 'stranger@evil.example',
  r: '',
  s: 'ext',
}

function withPut(draft: Drafted, change: (texts: readonly string[]) => readonly string[]): Drafted {
  const lists = unpack(fromBase64(draft.changes) ?? new Uint8Array(), createPool()) ?? []
  const bundle = pack(lists.map(({ gone, put }) => ({ gone, put: change(put.map(({ text }) => text)) })))
  return { ...draft, changes: toBase64(bundle) }
}

/** A head that is right in all but what is given. */
async function withHead(draft: Drafted, wrong: Partial<Core>, after?: number): Promise<Drafted> {
  const core = decodeHead(fromBase64(draft.heads[0] ?? '') ?? new Uint8Array())?.core
  if (!core) throw new Error('no head')
  const before = await server.administration.store.lists.version(core.lst, after ?? core.ver - 1)
  const { bytes } = draftHead(primitives, { ...core, ...wrong }, before?.acc ?? '')
  return { ...draft, heads: [toBase64(bytes)] }
}

/** What the list would be with the stranger in it. */
async function withStranger(): Promise<Pick<Core, 'root' | 'cnt'>> {
  const own = (await server.administration.store.lists.entries('L-alice')).map(({ leaf }) => leaf)
  const added: Entry = { ...stranger, id: 'c2', m: 'two@partner.example', n: 'Pat' }
  const leaves = [...own, ...[added, stranger].map((entry) => leafOfText(primitives, entryText(entry)))]
  return { root: toHex(stateRoot(primitives, leaves, leaves.length)), cnt: leaves.length }
}

const other = 'its head stands for something else than what the server says was changed'
const misfit = 'what the server says was changed does not fit it'
const unsaid = 'the server does not say what every head changes'

/** Each with the reason for which it is refused. */
const lies: Readonly<Record<string, readonly [string, (draft: Drafted) => Drafted | Promise<Drafted>]>> = {
  'other operations than the head': [other, (draft) => withPut(draft, () => [entryText(stranger)])],
  'an operation less': [other, (draft) => withPut(draft, () => [])],
  'an operation more': [other, (draft) => withPut(draft, (texts) => [...texts, entryText(stranger)])],
  'an entry that is not what its hash says': [
    other,
    (draft) => withPut(draft, (texts) => texts.map((text) => text.replace('two@partner', 'six@partner'))),
  ],
  'an entry twice': [misfit, (draft) => withPut(draft, (texts) => [...texts, ...texts.map(renamed)])],
  'somebody goes whom the head keeps': [other, (draft) => withChanges(draft, [{ gone: ['c1'], put: [] }])],
  'somebody goes who is not there': [misfit, (draft) => withChanges(draft, [{ gone: ['c7'], put: [] }])],
  'no operations': [unsaid, (draft) => withChanges(draft, [])],
  'no entry': [unsaid, (draft) => withChanges(draft, [{ gone: [], put: ['{"id":"c2"}'] }])],
  'no bundle': [unsaid, (draft) => ({ ...draft, changes: toBase64(new Uint8Array(100)) })],
  'a head with an entry more': [other, async (draft) => withHead(draft, await withStranger())],
  'another count': [other, (draft) => withHead(draft, { cnt: 9 })],
  'an older base': ['version 2 was signed before, and this is version 2', (draft) => withHead(draft, { ver: 2 }, 1)],
  'another past': ['it does not follow version 2 as it was signed here', (draft) => withHead(draft, {}, 1)],
  'versions that are not there': [
    'the server does not tell what was in it before',
    (draft) => withHead(draft, { ver: 9 }),
  ],
  "another user's list": [
    'it is another list than L-bob, which was signed before',
    (draft) => withHead(draft, { usr: 'bob' }),
  ],
  'a second list': [
    'it is another list than L-alice, which was signed before',
    (draft) => withHead(draft, { lst: 'L-new' }),
  ],
  'a head of another organisation': ['and this key signs for', (draft) => withHead(draft, { org: 'other' })],
  'another organisation': ['the server is of other', (draft) => ({ ...draft, organisation: 'other' })],
  'a head for ever': ['times that it should not have', (draft) => withHead(draft, { exp: 9_999_999_999_999 })],
  'a head of another time': ['times that it should not have', (draft) => withHead(draft, { iat: 1 })],
  'another time': ['the clocks', (draft) => ({ ...draft, now: draft.now - 3_600_000 })],
  'no head': ['no head of a list', (draft) => ({ ...draft, heads: [toBase64(new Uint8Array(10))] })],
}

function renamed(text: string): string {
  return text.replace('Pat', 'Patricia')
}

function withChanges(draft: Drafted, changes: readonly ListTexts[]): Drafted {
  return { ...draft, changes: toBase64(pack(changes)) }
}

describe('a server that was taken over', () => {
  let id: string

  beforeEach(async () => {
    await sign(await proposed('bob', 'one@partner.example'))
    await sign(await proposed('alice', 'one@partner.example'))
    id = await proposed('alice', 'two@partner.example')
  })

  test('is refused whatever it says, and nothing is shown or signed; the truth is signed', async () => {
    for (const [name, [why, lie]] of Object.entries(lies)) {
      const { round, shown } = await sign(id, lying(lie))
      const refusal = { code: 'refused', why: expect.stringContaining(why) }
      expect({ name, round, shown }).toMatchObject({ name, round: { ok: false, fault: refusal }, shown: [] })
    }
    expect(await versionOf('alice')).toBe(2)
    const honest = await sign(id)
    expect(honest.round).toMatchObject({ ok: true, value: 1 })
    expect(honest.shown.slice(1)).toEqual(['alice: + two@partner.example (Pat, scope external)'])
  }, 60_000)

  test('another list’s operations', async () => {
    const bobs = await proposed('bob', 'six@partner.example')
    const draft = await signing.call('Draft', { proposal: bobs }, drafted)
    const { round } = await sign(
      id,
      lying((mine) => ({ ...mine, changes: draft.ok ? draft.value.changes : '' })),
    )
    expect(round).toMatchObject({ ok: false, fault: { why: expect.stringContaining('the list of alice') } })
  })

  test('whole contents that hide somebody', async () => {
    const bobs = await proposed('bob', 'six@partner.example')
    const hide = bent('GetListContents', async (_given, call) => {
      const answer = (await call()) as { ok: true; value: z.output<typeof listContents> }
      return { ok: true, value: { ...answer.value, contents: toBase64(pack([{ gone: [], put: [] }])) } }
    })
    await rm(`${keyFile()}.signed`)
    expect((await sign(bobs, hide)).round).toMatchObject({ ok: false })
    const { round, shown } = await sign(bobs)
    expect(round).toMatchObject({ ok: true })
    expect(shown).toContain('bob: + one@partner.example (Pat, scope external)')
  })
})
