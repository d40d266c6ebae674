import { beforeEach, expect, test } from 'vitest'
import { fail, ok } from '../../shared/rpc.ts'
import { createScriptedKith, type Script } from './testing/script-kith.ts'

let script: Script
beforeEach(() => {
  script = createScriptedKith()
})

const mei = { name: 'Mei 林\u001b[2J', address: 'mei@partner.example' }
const all = {
  incoming: [{ id: 'r1', from: mei, note: 'hello\nthere \u202e', at: 1 }],
  own: [{ id: 'r2', address: 'x@partner.example', note: '', state: 'waiting' as const, at: 2 }],
  approvals: [{ id: 'r3', from: mei, to: { name: 'Bob', address: 'bob@corp.test' }, note: '', at: 3 }],
}

test('requests: each kind on its line, safe for a terminal; whole as JSON', async () => {
  script.answers['requests.list'] = () => ok(all)
  const { code, out } = await script.run(['requests'])
  expect(code).toBe(0)
  expect(out).not.toMatch(/[\p{Cc}\p{Bidi_Control}](?<!\n)/u)
  expect(out.split('\n').map((line) => line.split(/ {2,}/)[1])).toEqual([
    'asks you',
    'needs your consent',
    'yours, waiting',
    undefined,
  ])
  const { out: json } = await script.run(['requests', '--json'])
  expect(JSON.parse(json)).toEqual({ ok: true, requests: all })
})

test('request, accept and decline say what they did', async () => {
  script.answers['requests.create'] = () => ok({})
  script.answers['requests.answer'] = () => ok({})
  expect(await script.run(['request', 'mei@partner.example', '--note', 'hi'])).toMatchObject({
    code: 0,
    out: 'Asked.\n',
  })
  expect(script.inputOf('requests.create')).toEqual({ to: 'mei@partner.example', note: 'hi' })
  expect((await script.run(['accept', 'r1', '--json'])).out).toBe('{"ok":true}\n')
  expect(script.inputOf('requests.answer')).toEqual({ id: 'r1', accept: true })
  await script.run(['decline', 'r1'])
  expect(script.calls.at(-1)?.input).toEqual({ id: 'r1', accept: false })
  expect((await script.run(['accept'])).code).toBe(2)
})

test('withdraw and invite: the invitation is all that is printed', async () => {
  script.answers['requests.withdraw'] = () => ok({})
  const text = 'kith-invite:AAAAAAAAAAAAAAAAAAAAAA'
  script.answers['invitations.create'] = () => ok({ text, expiresAt: Date.UTC(2030, 0, 31) })
  expect(await script.run(['withdraw', 'r2'])).toMatchObject({ code: 0, out: 'Withdrawn.\n' })
  expect(script.inputOf('requests.withdraw')).toEqual({ id: 'r2' })
  expect(await script.run(['invite'])).toMatchObject({ code: 0, out: `${text}\n` })
  const { out } = await script.run(['invite', '--json'])
  expect(JSON.parse(out)).toEqual({ ok: true, invitation: text, expires: '2030-01-31T00:00:00.000Z' })
  script.answers['invitations.create'] = () => fail('rateLimited', { reason: 'open' })
  expect(await script.run(['invite'])).toMatchObject({ code: 1 })
  expect((await script.run(['withdraw'])).code).toBe(2)
})

test.each([
  ['refused', { reason: 'declined', retryAfter: 30 * 86_400_000 }, 'declined not long ago; try again in 30 days'],
  ['badRequest', { reason: 'address' }, 'that is not an address'],
  ['refused', { reason: 'invitation' }, 'the invitation was used'],
  ['refused', { reason: 'constructor' }, 'does not allow this'],
  ['unreachable', undefined, 'not reachable'],
] as const)('why a request is not made: %s %j', async (kind, detail, words) => {
  script.answers['requests.create'] = () => fail(kind, detail)
  const { code, error } = await script.run(['request', 'mei@partner.example'])
  expect(code).toBe(1)
  expect(error).toContain(words)
})
