import { afterEach, beforeEach, expect, it } from 'vitest'
import { splitMessage } from '../../shared/header.ts'
import { keyLevel } from '../../shared/whitelist/mail-signature.ts'
import { readVerdict } from '../../shared/whitelist/verdict.ts'
import { primitives } from '../ground/primitives.ts'
import { readKey } from '../keys/key-files.ts'
import { rawClient } from '../mail/testing/raw-client.ts'
import { folderAt } from '../settings/folder.ts'
import { runCommand } from '../testing/harness.ts'
import { type NextServer, startNextServer } from './testing/next-server.ts'
import { deliver } from './testing/outside.ts'
import { proofFor } from './testing/policy-client.ts'
import { startWorld, type World, type WorldOptions } from './testing/world.ts'

let world: World
let next: NextServer
let level = ''

async function start(settings: WorldOptions['settings'] = {}): Promise<void> {
  world = await startWorld({ users: ['alice', 'bob'], settings })
  next = await startNextServer(world.spool.doors.next)
  await world.list('alice', [{ address: 'petra@partner.test', scope: 'external' }, { address: 'bob@kith.test' }])
  level = keyLevel((await readKey(folderAt(world.path), 'gateway')).public)
}
beforeEach(() => {
  level = ''
})
afterEach(async () => {
  await next?.close()
  await world?.close()
})

const raw = [
  'X-Kith-Signature: forged',
  'From: Alice <alice@kith.test>',
  'To: petra@partner.test, bob@kith.test',
  'Subject: Figures',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
  '',
  'hello',
  '',
].join('\r\n')

/** What leaves for petra when alice has submitted it. */
async function sent(): Promise<string> {
  const proof = await proofFor(world.spool.doors.policy, ['petra@partner.test', 'bob@kith.test'])
  const client = await rawClient(world.spool.doors.outgoing)
  await client.reply()
  await client.ask('EHLO postfix')
  await client.ask('MAIL FROM:<alice@kith.test>')
  await client.ask('RCPT TO:<petra@partner.test>')
  await client.ask('RCPT TO:<bob@kith.test>')
  await client.ask('DATA')
  expect(await client.ask(`${proof}\r\n${raw}.`)).toMatch(/^250 /)
  client.close()
  const copies = next.taken()
  const inside = copies.find(({ to }) => to.includes('bob@kith.test'))
  expect(inside?.raw ?? '').not.toMatch(/X-Kith-Signature|forged/)
  return copies.find(({ to }) => to.includes('petra@partner.test'))?.raw ?? ''
}

async function verdictOf(text: string) {
  const message = splitMessage(Buffer.from(text, 'latin1'))
  const { public: key } = await readKey(folderAt(world.path), 'gateway')
  const value = message.fields.find(({ name }) => name === 'x-kith-verdict')?.value ?? ''
  const found = readVerdict(primitives, value, message, [key])
  return [found?.verdict, found?.level]
}

/** Back in by the door for mail from the world: as another organisation's gateway sees it. */
async function arrives(text: string) {
  expect(await deliver(world.spool.doors.incoming, text, ['bob@kith.test'])).toMatch(/^250 /)
  return verdictOf(next.taken()[0]?.raw ?? '')
}

it('I2 what people here send elsewhere is signed, and passes where the key is listed', async () => {
  await start()
  await world.list('bob', [{ address: 'alice@kith.test', proof: level }])
  const out = await sent()
  expect(out.match(/^x-kith-/gim)).toEqual(['X-Kith-'])
  expect(out).not.toContain('forged')
  expect(await arrives(`Received: by relay.test\r\n${out}`)).toEqual(['pass', level])
  expect(await arrives(out.replace('hello', 'hullo'))).toEqual(['hold', level])
  expect(await arrives(out.replace('Alice', 'Malice'))).toEqual(['hold', level])
  expect(await arrives(`X-Kith-Signature: AAAA\r\n${out}`)).toEqual(['hold', level])
  expect(await arrives(out.replace(/X-Kith-Signature: .*\r\n .*\r\n/, ''))).toEqual(['hold', level])
})

it('I6 what was kept back before the key was listed passes when it is released after', async () => {
  await start({ held: 'quarantine' })
  const out = await sent()
  next.taken()
  expect(await deliver(world.spool.doors.incoming, out, ['bob@kith.test'])).toMatch(/^250 /)
  const kept = (await world.administration.store.quarantine.ofUser('bob')).find(({ login }) => login === '')
  await world.list('bob', [{ address: 'alice@kith.test', proof: level }])
  const words = ['quarantine', 'release', String(kept?.id), '--user', 'bob']
  expect((await runCommand(world.path, words)).code).toBe(0)
  expect(await verdictOf((await next.arrived()).raw)).toEqual(['pass', level])
})

it('an operator reads from "key list" what the other side has to list', async () => {
  await start()
  const told = async () => (await runCommand(world.path, ['key', 'list'])).out.match(/^.* by: key:.*$/gm)
  expect(await told()).toEqual([`organisations that use Kith know mail from here by: ${level}`])
  await runCommand(world.path, ['key', 'rotate', 'gateway'])
  const [now, later = ''] = (await told()) ?? []
  expect(now).toContain(level)
  await runCommand(world.path, ['key', 'retire', 'gateway'])
  expect(await told()).toEqual([now?.replace(level, later.slice(later.indexOf('key:')))])
})
