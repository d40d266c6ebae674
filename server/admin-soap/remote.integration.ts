import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { outcomeForm as outcome } from '../../shared/administration/deeds.ts'
import { connectTo } from '../cli/remote/connection.ts'
import { signIn } from '../testing/client.ts'
import { runCommand, type TestServer, testServer } from '../testing/harness.ts'
import { type OtherMachine, otherMachine } from './testing/other-machine.ts'

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

async function canSignIn(user: string, password: string): Promise<boolean> {
  const { ready, cert } = server.running
  const target = { url: ready.url, ...(cert === undefined ? {} : { cert }) }
  return (await signIn(target, { user, password })).ok
}

describe('the command line on another machine', () => {
  test('adds, explains, lists, verifies and runs batches; faults have their place', async () => {
    await machine.tokenOf('all')
    const added = await machine.run(
      ['contact', 'add', contact.address, '--name', 'Pat', '--user', 'alice', '--why', 'w'],
      'all',
    )
    expect(added).toMatchObject({ code: 0, told: { ok: true, state: 'done', lists: [{ user: 'alice', version: 2 }] } })
    const why = await machine.run(['why', '--user', 'alice', '--address', contact.address], 'all')
    expect(why).toMatchObject({ code: 0, told: { listed: true, admitted: [{ rule: 'entry' }] } })
    const audit = await machine.run(['audit', 'list', '--count', '1'], 'all')
    expect(audit).toMatchObject({ told: { lines: [{ op: 'contact.add', who: 'all@token', via: 'soap', why: 'w' }] } })
    expect(await machine.run(['audit', 'verify'], 'all')).toMatchObject({ code: 0, told: { holds: true } })
    const file = join(machine.path, 'changes.json')
    await writeFile(
      file,
      JSON.stringify([
        { op: 'group.join', group: 'none', user: 'bob' },
        { op: 'user.set', user: 'x', changes: {} },
      ]),
    )
    expect(await machine.run(['run', file], 'all')).toMatchObject({
      code: 3,
      told: { ok: false, faults: [{ place: 'changes.0' }, { place: 'changes.1' }] },
    })
    expect(await machine.run(['call', 'GetUser', '{"user":"bob"}'], 'all')).toMatchObject({
      told: { user: { user: 'bob' } },
    })
    expect(await machine.run(['contact', 'remove', contact.address, '--user', 'alice'], 'all')).toMatchObject({
      code: 0,
    })
  })

  test('keys are told to every token, and replaced by one that opens all; a reason is wanted where the policy says so', async () => {
    await machine.tokenOf('read')
    await machine.tokenOf('all')
    const call = (name: string, given: object, scope: 'read' | 'all' = 'all') =>
      machine.run(['call', name, JSON.stringify(given)], scope)
    const listed = await call('ListKeys', {}, 'read')
    expect(listed).toMatchObject({ told: { version: 1, missing: 0, threshold: 1 } })
    expect(JSON.stringify(listed.told)).toContain('"state":"inUse"')
    expect(await call('RotateKey', { key: 'server' }, 'read')).toMatchObject({ code: 3 })
    expect(await call('RotateKey', { key: 'server', why: 'yearly' })).toMatchObject({ code: 0, told: { version: 2 } })
    expect(await call('RetireKey', { key: 'server' })).toMatchObject({ told: { version: 3 } })
    expect(await call('RenewManifest', {})).toMatchObject({ told: { version: 4 } })
    const { store } = server.administration
    const [renewed, , rotated] = await store.administration.audits({ count: 3 })
    expect(renewed).toMatchObject({ op: 'manifest.renew', who: 'all@token', via: 'soap' })
    expect(rotated).toMatchObject({ op: 'key.rotate', target: 'server', why: 'yearly' })
    await server.administration.run([{ op: 'policy.set', changes: { reason: 'required' } }])
    for (const [name, given] of [
      ['RenewManifest', {}],
      ['CreateEnrolment', { user: 'bob' }],
      ['SetPassword', { user: 'bob', password: 'another password' }],
      ['PutGroup', { group: 'desk', title: 'Desk' }],
    ] as const) {
      const refused = await call(name, given)
      expect([name, refused.code, JSON.stringify(refused.told)]).toEqual([
        name,
        3,
        expect.stringContaining('the policy asks for a reason'),
      ])
    }
    expect(await call('CreateEnrolment', { user: 'bob', why: 'laptop' })).toMatchObject({ code: 0 })
  })

  test('the commands for keys tell the same as at the server, and a file of a root key stays there', async () => {
    await machine.tokenOf('all')
    const { code, out } = await runCommand(server.path, ['key', 'list', '--json'])
    const here: unknown = JSON.parse(out)
    expect(code).toBe(0)
    expect(JSON.stringify(here)).toMatch(
      /"level":"key:[^"]+","listed":\{"from":1,"to":1\},"state":"in use","here":true/,
    )
    expect((await machine.run(['key', 'list'], 'all')).told).toEqual(here)
    const rotate = ['key', 'rotate', 'gateway', '--why', 'yearly']
    expect(await machine.run([...rotate, '--root-key', 'r1'], 'all')).toMatchObject({
      code: 2,
      told: { ok: false, error: expect.stringContaining('--root-key') },
    })
    expect(await machine.run(rotate, 'all')).toMatchObject({
      code: 0,
      told: { ok: true, manifest: 2, epoch: 1, expires: expect.stringMatching(/^\d{4}-/) },
    })
    expect(await machine.run(['key', 'retire', 'gateway'], 'all')).toMatchObject({ code: 0, told: { manifest: 3 } })
    expect(await machine.run(['manifest', 'renew'], 'all')).toMatchObject({ code: 0, told: { manifest: 4 } })
    const lines = await server.administration.store.administration.audits({ count: 3 })
    expect(lines.map(({ op, who }) => [op, who])).toEqual([
      ['manifest.renew', 'all@token'],
      ['key.retire', 'all@token'],
      ['key.rotate', 'all@token'],
    ])
    expect(await machine.run(['key', 'policy', 'export', '--to', 'p'], 'all')).toMatchObject({ code: 2 })
  })

  test('a password that is given with a new account opens it', async () => {
    await machine.tokenOf('all')
    const words = ['user', 'add', 'kim', '--name', 'Kim', '--why', 'hired']
    expect(await machine.run(words, 'all', 'a good password\n')).toMatchObject({
      code: 0,
      told: { state: 'done', address: 'kim@example.org' },
    })
    expect(await canSignIn('kim', 'a good password')).toBe(true)
    const person = { user: 'lee', name: 'Lee', scope: 'internal', password: 'another good one' }
    expect(await machine.run(['call', 'AddUser', JSON.stringify(person)], 'all')).toMatchObject({ code: 0 })
    expect(await canSignIn('lee', 'another good one')).toBe(true)
    expect(await canSignIn('lee', 'a good password')).toBe(false)
    const [line] = await server.administration.store.administration.audits({ text: 'kim', count: 1 })
    expect(line).toMatchObject({ op: 'user.password', target: 'kim', who: 'all@token', via: 'soap', why: 'hired' })
  })

  test('a password for an account that waits is not kept, and that is said', async () => {
    await server.administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
    await machine.tokenOf('all')
    const words = ['guest', 'add', 'gu', '--name', 'Gu', '--address', 'gu@agency.example', '--sponsor', 'alice']
    const later = 'the password is not kept: kith-server user password gu, once the account is there'
    expect(await machine.run(words, 'all', 'a good password\n')).toMatchObject({
      code: 0,
      told: { state: 'pending', needs: 'approval', later },
    })
    const person = { user: 'gus', name: 'Gus', scope: 'external', address: 'gus@agency.example', sponsor: 'alice' }
    const call = (given: object) => machine.run(['call', 'AddUser', JSON.stringify({ ...person, ...given })], 'all')
    expect(await call({ password: 'a good password' })).toMatchObject({
      code: 0,
      told: { state: 'pending', password: 'notKept' },
    })
    expect((await call({ user: 'gust', address: 'gust@agency.example' })).told).not.toHaveProperty('password')
  })

  test('with four eyes a second token approves', async () => {
    await server.administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
    await machine.tokenOf('all')
    await machine.tokenOf('contacts')
    const added = await machine.run(['contact', 'add', contact.address, '--name', 'Pat', '--user', 'alice'], 'all')
    expect(added).toMatchObject({ told: { state: 'pending', needs: 'approval' } })
    const id = String(added.told?.proposal)
    expect(await machine.run(['proposal', 'approve', id], 'all')).toMatchObject({ code: 3 })
    expect(await machine.run(['proposal', 'list'], 'contacts')).toMatchObject({ told: { proposals: [{ id }] } })
    expect(await machine.run(['proposal', 'approve', id], 'contacts')).toMatchObject({
      code: 0,
      told: { state: 'done' },
    })
    expect(await server.administration.store.lists.ofUser('alice')).toMatchObject({ version: 2 })
  })

  test('proposals of an import are told as others are, and so is one that the server cannot read', async () => {
    await server.administration.run([{ op: 'policy.set', changes: { fourEyes: true } }])
    await machine.tokenOf('all')
    const from = { source: 'hr', external: '1' }
    const made = await server.administration.run([{ op: 'contact.add', user: 'alice', contact, from }])
    const id = made.ok && 'pending' in made ? made.pending : ''
    const row = {
      at: 1,
      who: 'ben@local',
      via: 'test',
      why: '',
      state: 'approval',
      approved_by: '',
      result: '',
    } as const
    await server.administration.store.administration.addProposal({
      ...row,
      id: 'later',
      changes: '[{"op":"moon.fly"}]',
    })
    expect(await machine.run(['proposal', 'list'], 'all')).toMatchObject({
      code: 0,
      told: {
        proposals: [
          { id: 'later', unreadable: true },
          { id, changes: [{ op: 'contact.add', contact }] },
        ],
      },
    })
    expect(await machine.run(['proposal', 'show', id], 'all')).toMatchObject({ code: 0, told: { proposal: { id } } })
    expect(await machine.run(['proposal', 'show', 'later'], 'all')).toMatchObject({
      told: { proposal: { who: 'ben@local', unreadable: true } },
    })
  })

  test('another certificate than the pinned one gets no token', async () => {
    const token = await machine.tokenOf('all')
    const stranger = connectTo({ url: new URL(server.running.ready.url), token, pin: '0'.repeat(64) })
    await expect(stranger.call('GetPolicy', {}, outcome)).rejects.toThrow(/another certificate/)
    expect(server.logged()).not.toContain('administration')
  })
})
