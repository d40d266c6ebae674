/** Questions beside the list, and which answers are believed. */
import { expect, test } from 'vitest'
import { writeFields } from '../../../shared/soap/operations.ts'
import { type AskAnswer, type Asked, sealAskAnswer } from '../../../shared/whitelist/ask.ts'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { AskRequest } from '../../../shared/whitelist/request.ts'
import { testOrg } from '../../../shared/whitelist/testing.ts'
import { systemRandom as random } from '../ground/system-ports.ts'
import { primitives } from '../keys/primitives.ts'
import { createAsk } from './ask.ts'

const { keys, manifest } = testOrg(primitives)

/** An engine's `ask` against a server that answers as the test says, to the request that `to` makes of the real one. */
function asking(answer: AskAnswer, to: (asked: AskRequest) => Asked = (asked) => asked, signer = keys.fresh) {
  const common = { usr: 'alice', dev: 'd1', non: toBase64(random(24)), seq: 7 }
  return createAsk({
    primitives,
    boxSecret: () => keys.deviceBox.secret,
    manifest: () => manifest,
    calls: {
      call: async (_action, make) => {
        const asked = to(make(common) as AskRequest)
        const sealing = { freshSeed: signer.secret, deviceBox: keys.deviceBox.public, random }
        return { ok: true, value: writeFields(sealAskAnswer(primitives, answer, asked, sealing)) }
      },
    },
  })
}

test('an answer for this request opens; a failure travels with its detail', async () => {
  expect(await asking({ ok: true, out: { role: 'auditor' } })('me', {})).toEqual({
    ok: true,
    value: { role: 'auditor' },
  })
  const refusal = { ok: false, kind: 'rateLimited', detail: { retryAfter: 5 } } as const
  expect(await asking(refusal)('me', {})).toEqual({
    ok: false,
    failure: { kind: 'rateLimited', detail: { retryAfter: 5 } },
  })
})

test('an answer for another request, or signed by another key, is not believed', async () => {
  const good = { ok: true, out: { role: 'administrator' } } as const
  const untrusted = { ok: false, failure: { kind: 'untrustedServer' } }
  expect(await asking(good, (asked) => ({ ...asked, non: toBase64(random(24)) }))('me', {})).toEqual(untrusted)
  expect(await asking(good, (asked) => ({ ...asked, seq: asked.seq - 1 }))('me', {})).toEqual(untrusted)
  expect(await asking(good, (asked) => ({ ...asked, what: 'other' }))('me', {})).toEqual(untrusted)
  expect(await asking(good, undefined, keys.policy)('me', {})).toEqual(untrusted)
  expect(await asking(good, undefined, keys.stranger)('me', {})).toEqual(untrusted)
})

test('a refusal that no question of this client knows is a newer server’s', async () => {
  expect(await asking({ ok: false, kind: 'codeWrong' })('me', {})).toEqual({
    ok: false,
    failure: { kind: 'serverNewer' },
  })
})

test('an answer of a form that this client does not know is a newer server’s', async () => {
  expect(await asking({ ok: true, out: { role: 'emperor' } })('me', {})).toEqual({
    ok: false,
    failure: { kind: 'serverNewer' },
  })
})
