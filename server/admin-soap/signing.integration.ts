import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { outcomeForm as outcome } from '../../shared/administration/deeds.ts'
import { fromBase64, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { type Command, signCommand } from '../../shared/whitelist/command.ts'
import { signHead } from '../../shared/whitelist/head.ts'
import type { Transport } from '../cli/transport.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import { readKey } from '../keys/key-files.ts'
import { openRootFile } from '../keys/root-file.ts'
import { folderAt } from '../settings/folder.ts'
import { signedIn } from '../testing/client.ts'
import { runCommand, type TestServer, testPassword, testServer } from '../testing/harness.ts'
import { drafted, textOfCommand } from './signing-operations.ts'
import { type OtherMachine, otherMachine } from './testing/other-machine.ts'

const passphrase = 'a passphrase for the policy key'
const contact = { address: 'pat@partner.example', name: 'Pat' }

let server: TestServer
let machine: OtherMachine

beforeEach(async () => {
  server = await testServer(['alice', 'bob'])
  machine = await otherMachine(server)
})
afterEach(async () => {
  await machine.close()
  await server.close()
})

const keyFile = () => join(machine.path, 'policy.json')
const signWords = () => ['sign', '--policy-key', keyFile(), '--yes']

/** Out of the data folder, while the server runs. */
async function moveKeyOut(): Promise<void> {
  const exported = await runCommand(server.path, ['key', 'policy', 'export', '--to', keyFile()], `${passphrase}\n`)
  expect(exported).toMatchObject({ code: 0 })
  await expect(readKey(folderAt(server.path), 'policy')).rejects.toThrow(/missing/)
}

function clientOfAlice() {
  const { cert, ready } = server.running
  return signedIn({ url: ready.url, ...(cert ? { cert } : {}) }, { user: 'alice', password: testPassword })
}

async function proposal(remote: Transport, given: typeof contact): Promise<string> {
  const asked = await remote.call('AddContact', { user: 'alice', contact: given }, outcome)
  expect(asked).toMatchObject({ ok: true, value: { state: 'pending', needs: 'signature' } })
  return asked.ok ? (asked.value.proposal ?? '') : ''
}

async function signed(remote: Transport, id: string, secret?: Uint8Array) {
  const draft = await remote.call('Draft', { proposal: id }, drafted)
  if (!draft.ok) throw new Error('no draft')
  const opened = await openRootFile(keyFile(), passphrase, 'policy')
  if (!opened.ok) throw new Error(opened.why)
  const signatures = draft.value.heads.map((head) =>
    toBase64(signHead(primitives, fromBase64(head) ?? new Uint8Array(), secret ?? opened.value.secret)),
  )
  return { proposal: id, now: draft.value.now, signatures }
}

describe('the policy key on the administrator’s machine', () => {
  beforeEach(moveKeyOut)

  test('a change waits, a real sign process signs it, and the client gets the new version', async () => {
    const client = await clientOfAlice()
    await client.sync()
    await machine.tokenOf('contacts')
    await machine.tokenOf('sign')
    const added = await machine.run(
      ['contact', 'add', contact.address, '--name', contact.name, '--user', 'alice'],
      'contacts',
    )
    expect(added).toMatchObject({ code: 0, told: { state: 'pending', needs: 'signature' } })
    expect(await client.sync()).toMatchObject({ ok: true, kind: 'none' })
    const signed = await machine.run(signWords(), 'sign', `${passphrase}\n`)
    expect(signed).toMatchObject({ code: 0, told: { ok: true, signed: 1 } })
    expect(signed.err).toContain('alice: + pat@partner.example (Pat, scope external)')
    expect(await client.sync()).toMatchObject({ ok: true, step: 'applied' })
    expect([...client.state.entries.values()].map(({ entry }) => entry.m)).toEqual([contact.address])
    const nothing = await machine.run(signWords(), 'sign', `${passphrase}\n`)
    expect(nothing).toMatchObject({ code: 0, told: { signed: 0 } })
  })

  test('--watch signs what comes', async () => {
    await machine.tokenOf('sign')
    const remote = await machine.remoteOf('contacts')
    const watching = machine.start([...signWords(), '--watch'], 'sign', `${passphrase}\n`)
    await remote.call('AddContact', { user: 'bob', contact }, outcome)
    const { store } = server.administration
    await vi.waitFor(async () => expect(await store.lists.ofUser('bob')).toMatchObject({ version: 2 }), 20_000)
    watching.child.kill('SIGTERM')
    expect(await watching.finished).toMatchObject({ code: 0 })
  })
})

describe('draft and commit', () => {
  beforeEach(moveKeyOut)

  test('a store that moved between draft and commit gets no old signature; the next draft fits', async () => {
    const remote = await machine.remoteOf('all', 'sign')
    const [first, second] = [
      await proposal(remote, contact),
      await proposal(remote, { ...contact, address: 'q@b.example' }),
    ]
    const one = await signed(remote, first)
    const two = await signed(remote, second)
    expect(await remote.call('Commit', two, outcome)).toMatchObject({ ok: true, value: { lists: [{ version: 2 }] } })
    expect(await remote.call('Commit', one, outcome)).toMatchObject({ ok: false, fault: { kind: 'MovedOn' } })
    expect(await server.administration.store.lists.ofUser('alice')).toMatchObject({ version: 2 })
    const again = await signed(remote, first)
    expect(await remote.call('Commit', again, outcome)).toMatchObject({ ok: true, value: { lists: [{ version: 3 }] } })
    // Whoever did not hear the answer asks again: nothing more happens.
    expect(await remote.call('Commit', again, outcome)).toMatchObject({ ok: true, value: { lists: [{ version: 3 }] } })
    expect(await server.administration.store.lists.ofUser('alice')).toMatchObject({ version: 3 })
  })

  test('forged, missing, surplus and old signatures change nothing', async () => {
    const remote = await machine.remoteOf('all', 'sign')
    const id = await proposal(remote, contact)
    const good = await signed(remote, id)
    const [signature = ''] = good.signatures
    const forged = await signed(remote, id, randomBytes(32))
    const wrong = [
      { ...good, signatures: forged.signatures },
      { ...good, signatures: [] },
      { ...good, signatures: [signature, signature] },
      { ...good, signatures: ['AAAA'] },
      { ...good, now: good.now + 1 },
      { ...good, now: good.now - 7_200_000 },
    ]
    for (const one of wrong)
      expect(await remote.call('Commit', one, outcome)).toMatchObject({ ok: false, fault: { kind: 'MovedOn' } })
    const unknown = await remote.call('Commit', { ...good, proposal: 'none' }, outcome)
    expect(unknown).toMatchObject({ ok: false, fault: { kind: 'Refused' } })
    expect(await server.administration.store.lists.ofUser('alice')).toMatchObject({ version: 1 })
    expect(await remote.call('Commit', good, outcome)).toMatchObject({ ok: true })
  })

  test('heads at half of their life are drafted and committed together, once', async () => {
    const remote = await machine.remoteOf('sign')
    server.pass(4 * 24 * 3_600_000)
    const due = await signed(remote, 'reissue')
    expect(due.signatures).toHaveLength(2)
    expect(await remote.call('Commit', due, outcome)).toMatchObject({ ok: true, value: { state: 'done' } })
    expect(await remote.call('Commit', due, outcome)).toMatchObject({ ok: false, fault: { kind: 'MovedOn' } })
    const { lists } = server.administration.store
    for (const user of ['alice', 'bob']) expect(await lists.ofUser(user)).toMatchObject({ version: 2 })
    expect((await signed(remote, 'reissue')).signatures).toEqual([])
  })

  test('only the scope sign drafts and commits; all does not hold it', async () => {
    const remote = await machine.remoteOf('all')
    const fault = { ok: false, fault: { kind: 'NotAllowed', detail: { scope: 'sign' } } }
    expect(await remote.call('Draft', { proposal: 'reissue' }, drafted)).toMatchObject(fault)
    expect(await remote.call('Commit', { proposal: 'reissue', now: 1, signatures: [] }, outcome)).toMatchObject(fault)
  })

  test('a command to a device waits, a real sign process signs it, and it reaches the device', async () => {
    const client = await clientOfAlice()
    const device = { user: 'alice', device: client.device.id }
    const remote = await machine.remoteOf('devices')
    await machine.tokenOf('sign')
    const { devices } = server.administration.store
    const waits = { ok: true, value: { state: 'pending', needs: 'signature' } }
    expect(await remote.call('LockDevice', { ...device, why: 'left in a train' }, outcome)).toMatchObject(waits)
    // Out at once, though the command waits.
    expect(await devices.get('alice', device.device)).toMatchObject({ state: 'locked' })
    expect(await remote.call('UnlockDevice', device, outcome)).toMatchObject({ ok: true, value: { state: 'done' } })
    expect(await remote.call('RotateDevice', device, outcome)).toMatchObject(waits)
    const sign = () => machine.run(signWords(), 'sign', `${passphrase}\n`)
    const first = await sign()
    expect(first).toMatchObject({ code: 0, told: { signed: 1 } })
    expect(first.err).toContain(`command to the device ${device.device}: make new keys`)
    // The lock was taken back before anybody signed it.
    expect(await devices.get('alice', device.device)).toMatchObject({ state: 'active' })
    expect(await remote.call('RevokeDevice', { ...device, wipe: 'all' }, outcome)).toMatchObject(waits)
    expect(await devices.get('alice', device.device)).toMatchObject({ state: 'revoked' })
    const second = await sign()
    expect(second.err).toContain(`command to the device ${device.device}: wipe all`)
    const told = await client.call('Sync', client.syncRequest())
    expect(told.ok && Buffer.from(told.fields.get('fresh') ?? '', 'base64').toString()).toContain('"cmd":"wipe"')
    expect((await sign()).told).toMatchObject({ signed: 0 })
  })

  test('a forged, missing or surplus signature of a command does nothing', async () => {
    const client = await clientOfAlice()
    const remote = await machine.remoteOf('all', 'sign')
    const device = { user: 'alice', device: client.device.id }
    const revoked = await remote.call('RevokeDevice', { ...device, wipe: 'list' }, outcome)
    const proposal = (revoked.ok && revoked.value.proposal) || ''
    const draft = await remote.call('Draft', { proposal }, drafted)
    if (!draft.ok) throw new Error('no draft')
    const { now, organisation: org, commands } = draft.value
    expect(commands).toEqual([{ device: device.device, command: 'wipe', scope: 'list' }])
    const command = { t: 'cmd', org, dev: device.device, cmd: 'wipe', scope: 'list', id: 'c1', iat: now } as const
    const opened = await openRootFile(keyFile(), passphrase, 'policy')
    if (!opened.ok) throw new Error(opened.why)
    const by = (secret: Uint8Array, given: Command = command) => textOfCommand(signCommand(primitives, given, secret))
    const good = by(opened.value.secret)
    const wrong = [
      [],
      ['AAAA'],
      [by(randomBytes(32))],
      [by(opened.value.secret, { ...command, scope: 'all' })],
      [good, good],
    ]
    const hand = (signed: readonly string[]) =>
      remote.call('Commit', { proposal, now, signatures: [], commands: signed }, outcome)
    for (const one of wrong) expect(await hand(one)).toMatchObject({ ok: false, fault: { kind: 'MovedOn' } })
    expect(await server.administration.store.devices.commands('alice', device.device)).toEqual([])
    expect(await hand([good])).toMatchObject({ ok: true, value: { state: 'done' } })
    expect(await hand([good])).toMatchObject({ ok: true })
    expect(await server.administration.store.devices.commands('alice', device.device)).toHaveLength(1)
  })
})

test('a key that is moved out while the server runs signs nothing more', async () => {
  const remote = await machine.remoteOf('contacts')
  const add = (address: string) =>
    remote.call('AddContact', { user: 'alice', contact: { ...contact, address } }, outcome)
  expect(await add('a@partner.example')).toMatchObject({ ok: true, value: { state: 'done' } })
  await moveKeyOut()
  expect(await add('b@partner.example')).toMatchObject({ ok: true, value: { state: 'pending', needs: 'signature' } })
})
