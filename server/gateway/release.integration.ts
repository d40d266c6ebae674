import { afterEach, expect, it } from 'vitest'
import { splitMessage } from '../../shared/header.ts'
import { readVerdict } from '../../shared/whitelist/verdict.ts'
import { primitives } from '../ground/primitives.ts'
import { readKey } from '../keys/key-files.ts'
import { createLog } from '../monitoring/log.ts'
import { startServer } from '../processes/serve.ts'
import { openContext } from '../settings/context.ts'
import { folderAt } from '../settings/folder.ts'
import { signedIn, type TestClient } from '../testing/client.ts'
import { runCommand, testPassword } from '../testing/harness.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { deliver, partnerDns } from './testing/outside.ts'
import { startWorld, type World, type WorldOptions } from './testing/world.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

type Started = {
  readonly world: World
  readonly next: NextServer
  readonly client: (user: string) => Promise<TestClient>
}

/** A gateway and a whitelist server, each with its own connection to one store. */
async function start(settings: WorldOptions['settings'] = {}): Promise<Started> {
  const users = ['alice', 'bob', 'olga']
  const world = await startWorld({ users, dns: partnerDns, settings: { held: 'quarantine', ...settings } })
  closers.push(() => world.close())
  const next = await startNextServer(world.spool.doors.next)
  closers.push(() => next.close())
  const context = await openContext(world.path)
  if (!context.ok) throw new Error(context.why)
  closers.push(() => context.value.store.close())
  const running = await startServer(context.value, createLog({ write: () => undefined }))
  if (!running.ok) throw new Error(running.why)
  closers.push(() => running.value.close())
  const { ready, cert } = running.value
  const target = { url: ready.url, ...(cert === undefined ? {} : { cert }) }
  return { world, next, client: (user) => signedIn(target, { user, password: testPassword }) }
}

const stranger = [
  'From: Zoe <zoe@else.test>',
  'To: alice@kith.test',
  'Subject: =?utf-8?q?Cafe=CC=81=07?=',
  'Message-ID: <z1@else.test>',
  '',
  'secret body',
  '',
].join('\r\n')

const all = { from: 0, count: 10 }

async function received({ world }: Started, raw = stranger) {
  expect(await deliver(world.spool.doors.incoming, raw, ['alice@kith.test'])).toMatch(/^250 /)
  const [kept] = await world.administration.store.quarantine.ofUser('alice')
  return kept?.id ?? 0
}

async function verdictOf(world: World, raw: string) {
  const message = splitMessage(Buffer.from(raw, 'latin1'))
  const { public: key } = await readKey(folderAt(world.path), 'gateway')
  const value = message.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
  return readVerdict(primitives, value, message, [key])?.verdict
}

it('by policy, a user has a message delivered: at once, once, and marked as not admitted', async () => {
  const started = await start({ releaseBy: 'user' })
  const { world, next, client } = started
  const id = await received(started)
  const alice = await client('alice')
  const bob = await client('bob')
  const listed = await alice.ask('quarantine.list', all)
  expect(listed).toMatchObject({ out: { total: 1, by: 'user' } })
  expect(listed.ok && listed.out.kept).toEqual([
    {
      id,
      claimedAddress: 'zoe@else.test',
      subject: 'Café',
      at: expect.any(Number),
      rule: 'I3',
      reason: 'notListed',
      state: 'kept',
    },
  ])
  expect(await bob.ask('quarantine.list', all)).toMatchObject({ out: { total: 0, kept: [] } })
  expect(await bob.ask('quarantine.release', { id })).toEqual({ ok: false, kind: 'notFound' })
  expect(await alice.ask('quarantine.release', { id })).toEqual({ ok: true, out: { state: 'released' } })
  const { to, raw } = await next.arrived()
  expect([to, await verdictOf(world, raw)]).toEqual([['alice@kith.test'], 'hold'])
  expect(raw).toContain('secret body')
  await world.stopGateway()
  expect(next.taken()).toEqual([])
  expect(await alice.ask('quarantine.list', all)).toMatchObject({ out: { total: 0 } })
  expect(await alice.ask('quarantine.release', { id })).toEqual({ ok: false, kind: 'notFound' })
})

it('by policy, an administrator decides; no stays no, and both are in the audit log', async () => {
  const started = await start()
  const { world, next, client } = started
  const id = await received(started)
  const alice = await client('alice')
  const command = async (...words: readonly string[]) =>
    JSON.parse((await runCommand(world.path, ['quarantine', ...words, '--json'])).out)
  expect(await command('requests')).toMatchObject({ requests: [] })
  const asked = { ok: true, out: { state: 'asked' } }
  expect(await alice.ask('quarantine.release', { id })).toEqual(asked)
  expect(await alice.ask('quarantine.release', { id })).toEqual(asked)
  expect(await command('requests')).toMatchObject({ requests: [{ id, user: 'alice', sender: 'zoe@else.test' }] })
  expect(await command('refuse', String(id), '--user', 'bob')).toMatchObject({ ok: false })
  expect(await command('refuse', String(id), '--user', 'alice', '--why', 'spam')).toMatchObject({ ok: true })
  expect(await alice.ask('quarantine.release', { id })).toEqual({ ok: false, kind: 'refused' })
  expect(await alice.ask('quarantine.list', all)).toMatchObject({ out: { kept: [{ state: 'refused' }] } })
  expect(await command('requests')).toMatchObject({ requests: [] })
  expect(await command('release', String(id), '--user', 'alice')).toMatchObject({ ok: true })
  expect((await next.arrived()).to).toEqual(['alice@kith.test'])
  const lines = await world.administration.store.administration.audits({ text: 'quarantine', count: 10 })
  expect(lines.map(({ op, target, before, after, why }) => [op, target, before, after, why])).toEqual([
    ['quarantine.release', `alice ${id}`, '"refused"', '"released"', ''],
    ['quarantine.refuse', `alice ${id}`, '"asked"', '"refused"', 'spam'],
  ])
})

it('an operator decides from the desktop; nobody without a role sees what others are kept from', async () => {
  const started = await start()
  const { world, next, client } = started
  await world.administration.run([{ op: 'role.set', user: 'olga', role: 'operator' }])
  const id = await received(started)
  const alice = await client('alice')
  const olga = await client('olga')
  await olga.ask('admin.open', { password: testPassword })
  expect(await olga.ask('admin.releases', {})).toEqual({ ok: true, out: { releases: [] } })
  await alice.ask('quarantine.release', { id })
  expect(await olga.ask('admin.releases', {})).toMatchObject({ out: { releases: [{ id, user: 'alice' }] } })
  expect(await alice.ask('admin.releases', {})).toEqual({ ok: false, kind: 'notAllowed' })
  const changes = [{ op: 'quarantine.release', user: 'alice', message: id }]
  expect(await alice.ask('admin.change', { changes, why: '', dry: false })).toEqual({ ok: false, kind: 'notAllowed' })
  // Tried first, as the page does: nothing is kept of that.
  expect(await olga.ask('admin.change', { changes, why: '', dry: true })).toMatchObject({ out: { state: 'tried' } })
  expect(await olga.ask('admin.releases', {})).toMatchObject({ out: { releases: [{ id }] } })
  expect(await olga.ask('admin.change', { changes, why: '', dry: false })).toMatchObject({ out: { state: 'done' } })
  expect((await next.arrived()).to).toEqual(['alice@kith.test'])
})
