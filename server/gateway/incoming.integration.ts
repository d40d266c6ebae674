import { afterEach, describe, expect, it } from 'vitest'
import { splitMessage } from '../../shared/header.ts'
import { readVerdict, type Verdict } from '../../shared/whitelist/verdict.ts'
import { primitives } from '../ground/primitives.ts'
import { readKey } from '../keys/key-files.ts'
import { folderAt } from '../settings/folder.ts'
import { runCommand } from '../testing/harness.ts'
import { sendDigests } from './digest.ts'
import { gatewayParts, quarantineOf } from './parts.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { deliver, partnerDns, signedBy } from './testing/outside.ts'
import { startWorld, type World, type WorldOptions } from './testing/world.ts'

let world: World
let next: NextServer
afterEach(async () => {
  await next?.close()
  await world?.close()
})

async function start(settings: WorldOptions['settings'] = {}): Promise<void> {
  world = await startWorld({ users: ['alice', 'bob'], dns: partnerDns, settings })
  next = await startNextServer(world.spool.doors.next)
  await world.list('alice', [{ address: 'petra@partner.test', scope: 'external', proof: 'dmarc' }])
}

const fields = [
  'From: Petra <petra@partner.test>',
  'To: alice@kith.test',
  'Subject: Figures',
  'Date: Wed, 25 Nov 2026 10:00:00 +0000',
  'Message-ID: <m1@partner.test>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
]
const honest = `${fields.join('\r\n')}\r\n\r\n.hidden dot\r\nhello\r\n`
const toAlice = (raw: string) => deliver(world.spool.doors.incoming, raw, ['alice@kith.test'])

async function verdictOf(raw: string): Promise<Verdict | undefined> {
  const message = splitMessage(Buffer.from(raw, 'latin1'))
  const { public: key } = await readKey(folderAt(world.path), 'gateway')
  const value = message.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
  return readVerdict(primitives, value, message, [key])
}

async function taken(): Promise<string> {
  const [first, another] = next.taken()
  expect(another).toBeUndefined()
  return first?.raw ?? ''
}

describe('mail from outside, marked', () => {
  it('I2 a contact proven by DKIM passes, to the byte', async () => {
    await start()
    expect(await toAlice(await signedBy(honest))).toMatch(/^250 /)
    const raw = await taken()
    expect(await verdictOf(raw)).toMatchObject({
      verdict: 'pass',
      level: 'dmarc',
      from: 'petra@partner.test',
      mid: '<m1@partner.test>',
      to: 'alice@kith.test',
      lst: 'L-alice',
    })
    expect(raw.endsWith('\r\n\r\n.hidden dot\r\nhello\r\n')).toBe(true)
  })

  it('I2 proves a large message, too', async () => {
    await start()
    const large = `${honest}${`${'x'.repeat(98)}\r\n`.repeat(50_000)}`
    expect(await toAlice(await signedBy(large))).toMatch(/^250 /)
    expect(await verdictOf(await taken())).toMatchObject({ verdict: 'pass', level: 'dmarc' })
    expect(await toAlice((await signedBy(large)).replace('hello', 'hullo'))).toMatch(/^250 /)
    expect(await verdictOf(await taken())).toMatchObject({ verdict: 'hold' })
  })

  it.each([
    ['I3 not signed', async () => honest],
    ['I3 changed after signing', async () => (await signedBy(honest)).replace('hello', 'hullo')],
    ['I3 signed for another From', async () => (await signedBy(honest)).replace('<petra@', '<paula@')],
    ['I2 two From fields', async () => `From: petra@partner.test\r\n${await signedBy(honest)}`],
    ['I9 a look-alike', async () => honest.replace('petra@partner.test', 'petra@partnar.test')],
  ])('%s: delivered, marked', async (_name, make) => {
    await start()
    expect(await toAlice(await make())).toMatch(/^250 /)
    expect(await verdictOf(await taken())).toMatchObject({ verdict: 'hold' })
  })

  it('I5 strips foreign verdicts however they are spelled, for people without an account, too', async () => {
    await start()
    const forged = ['Authentication-Results: kith.test; auth=pass', 'x-KITH-verdict: forged', 'X-Kith-New:\r\n forged']
    const to = ['alice@kith.test', 'nobody@kith.test']
    expect(await deliver(world.spool.doors.incoming, `${forged.join('\r\n')}\r\n${honest}`, to)).toMatch(/^250 /)
    const passed = next.taken()
    expect(passed.map(({ to: [address] }) => address)).toEqual(to)
    for (const { raw } of passed) expect(raw).not.toMatch(/forged|authentication-results/i)
    expect(passed[1]?.raw).not.toMatch(/x-kith/i)
  })
})

describe('the quarantine', () => {
  const command = async (...words: readonly string[]) => {
    const { out } = await runCommand(world.path, ['quarantine', ...words, '--user', 'alice', '--json'])
    return JSON.parse(out)
  }

  it('keeps what the list does not admit, tells of it once, and releases it marked', async () => {
    await start({ held: 'quarantine' })
    expect(await toAlice(honest)).toMatch(/^250 /)
    expect(await toAlice(await signedBy(honest))).toMatch(/^250 /)
    expect(await verdictOf(await taken())).toMatchObject({ verdict: 'pass' })
    const { messages } = await command('list')
    expect(messages).toMatchObject([
      { sender: 'petra@partner.test', subject: 'Figures', rule: 'I3', reason: 'notProven' },
    ])
    const number = String(messages[0].id)
    expect(Buffer.from((await command('show', number)).raw, 'base64').toString()).toContain('hello')

    const digests = async () => sendDigests({ ...(await partsOf()), failed: (error) => expect(error).toBeUndefined() })
    expect(await digests()).toBe(1)
    const digest = await taken()
    expect(await verdictOf(digest)).toMatchObject({ verdict: 'hold', from: 'postmaster@kith.test' })
    const body = Buffer.from(digest.slice(digest.indexOf('\r\n\r\n')), 'base64').toString()
    for (const part of [number, 'petra@partner.test', 'Figures', '白名單', '白名单']) expect(body).toContain(part)
    expect(await digests()).toBe(0)

    expect(await command('release', number)).toMatchObject({ ok: true })
    const released = await next.arrived()
    expect(released.to).toEqual(['alice@kith.test'])
    expect(await verdictOf(released.raw)).toMatchObject({ verdict: 'hold', level: 'dmarc' })
    await world.stopGateway()
    expect(next.taken()).toEqual([])
    expect(await command('list')).toMatchObject({ messages: [] })
    expect(await command('release', number)).toMatchObject({ ok: false, code: 'refused' })
  })

  it('I6 a newer list admits what was kept', async () => {
    await start({ held: 'quarantine' })
    await world.unlist('alice', 'petra@partner.test')
    expect(await toAlice(await signedBy(honest))).toMatch(/^250 /)
    await world.list('alice', [{ address: 'petra@partner.test', scope: 'external', proof: 'dmarc' }])
    const [kept] = await world.administration.store.quarantine.ofUser('alice')
    await command('release', String(kept?.id))
    expect(await verdictOf((await next.arrived()).raw)).toMatchObject({ verdict: 'pass', level: 'dmarc' })
  })

  it('where policy allows it, says pass by release, which proves nobody to a client', async () => {
    await start({ held: 'quarantine', release: 'pass' })
    await toAlice(honest)
    const [kept] = await world.administration.store.quarantine.ofUser('alice')
    await command('release', String(kept?.id))
    expect(await verdictOf((await next.arrived()).raw)).toMatchObject({ verdict: 'pass', level: 'released' })
  })

  it('keeps a released message when it cannot be delivered, and tries again later', async () => {
    await start({ held: 'quarantine', quarantineDays: 1 })
    await toAlice(honest)
    await world.stopGateway()
    const failures: unknown[] = []
    const quarantine = quarantineOf(world.administration, await partsOf(), (error) => failures.push(error))
    const store = world.administration.store.quarantine
    const [kept] = await store.ofUser('alice')
    next.refusing.set('alice@kith.test', 550)
    await command('release', String(kept?.id))
    expect(await quarantine.sendReleased()).toBe(0)
    expect(failures).toMatchObject([{ responseCode: 550 }])
    expect(await store.ofUser('alice')).toMatchObject([{ state: 'released' }])
    expect([await store.ofUser('bob'), await store.get('bob', kept?.id ?? 0)]).toEqual([[], undefined])
    // Not again and again.
    next.refusing.clear()
    expect(await quarantine.sendReleased()).toBe(0)
    expect(await quarantine.expire()).toBe(0)
    world.pass(3_600_000)
    expect(await quarantine.sendReleased()).toBe(1)
    expect(next.taken()).toHaveLength(1)
    expect(await store.ofUser('alice')).toEqual([])
  })

  it('forgets a message when its time is over', async () => {
    await start({ held: 'quarantine', quarantineDays: 1 })
    await toAlice(honest)
    const quarantine = quarantineOf(world.administration, await partsOf(), () => undefined)
    expect(await quarantine.expire()).toBe(0)
    world.pass(2 * 86_400_000)
    expect(await quarantine.expire()).toBe(1)
  })

  it('keeps nothing of a message that is put off', async () => {
    await start({ held: 'quarantine' })
    next.refusing.set('nobody@kith.test', 450)
    expect(await deliver(world.spool.doors.incoming, honest, ['alice@kith.test', 'nobody@kith.test'])).toMatch(/^451 /)
    expect(await world.administration.store.quarantine.ofUser('alice')).toEqual([])
  })
})

async function partsOf() {
  const { store } = world.administration
  return { ...(await gatewayParts(world.administration, partnerDns)), store }
}
