/** Questions beside the list, and which answers are believed. */
import { expect, test } from 'vitest'
import { writeFields } from '../../../shared/soap/operations.ts'
import { type AskAnswer, type Asked, type SealedAnswer, sealAskAnswer } from '../../../shared/whitelist/ask.ts'
import { encodeCanonical } from '../../../shared/whitelist/bytes/canonical.ts'
import { toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import { signAs } from '../../../shared/whitelist/bytes/signing.ts'
import type { AskRequest } from '../../../shared/whitelist/request.ts'
import { sealBody } from '../../../shared/whitelist/sealed.ts'
import { testOrg } from '../../../shared/whitelist/testing.ts'
import { systemRandom as random } from '../ground/system-ports.ts'
import { primitives } from '../keys/primitives.ts'
import { memoryLog } from '../testing/fakes.ts'
import { createAsk } from './ask.ts'

const { keys, manifest } = testOrg(primitives)

type Sealer = (asked: AskRequest) => SealedAnswer

/** An engine's `ask` against a server that seals each answer as the test says, and its log. */
function askingSealed(seal: Sealer) {
  const common = { usr: 'alice', dev: 'd1', non: toBase64(random(24)), seq: 7 }
  const log = memoryLog()
  const ask = createAsk({
    primitives,
    boxSecret: () => keys.deviceBox.secret,
    manifest: () => manifest,
    log,
    calls: { call: async (_action, make) => ({ ok: true, value: writeFields(seal(make(common) as AskRequest)) }) },
  })
  return { ask, log }
}

/** Against a server that answers as the test says, to the request that `to` makes of the real one. */
function asking(answer: AskAnswer, to: (asked: AskRequest) => Asked = (asked) => asked, signer = keys.fresh) {
  const sealing = { freshSeed: signer.secret, deviceBox: keys.deviceBox.public, random }
  return askingSealed((asked) => sealAskAnswer(primitives, answer, to(asked), sealing)).ask
}

/** Seals a refusal that `sealAskAnswer` of this version would not write. */
const newerRefusal: Sealer = ({ usr, dev, non, seq, what }) => {
  const body = encodeCanonical({ ok: false, kind: 'moonIsFull' })
  const { bytes, kc, seal } = sealBody(primitives, body, keys.deviceBox.public, random)
  const statement = encodeCanonical({ t: 'answer', usr, dev, non, seq, what, seal, kc })
  return { sealed: bytes, kc, sig: signAs(primitives, 'answer', statement, keys.fresh.secret) }
}

test('an answer for this request opens; a failure travels with its detail', async () => {
  const server = { host: 'mail.corp.test', port: 993, security: 'tls' } as const
  const told = { role: 'auditor', mail: { imap: server, smtp: server }, colleagues: 'unproven', toDecide: 0 } as const
  expect(await asking({ ok: true, out: told })('me', {})).toEqual({ ok: true, value: told })
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

test('a refusal that this client does not know is a newer server’s; the log names it', async () => {
  const { ask, log } = askingSealed(newerRefusal)
  expect(await ask('me', {})).toEqual({ ok: false, failure: { kind: 'serverNewer' } })
  expect(log.lines).toMatchObject([{ level: 'warn', facts: { what: 'me', kind: 'moonIsFull' } }])
})

test('a known refusal that is none of the question is a fault, not a newer server; the log names it', async () => {
  const sealing = { freshSeed: keys.fresh.secret, deviceBox: keys.deviceBox.public, random }
  const { ask, log } = askingSealed((asked) =>
    sealAskAnswer(primitives, { ok: false, kind: 'codeWrong' }, asked, sealing),
  )
  expect(await ask('me', {})).toEqual({ ok: false, failure: { kind: 'internal' } })
  expect(log.lines).toMatchObject([{ level: 'warn', facts: { what: 'me', kind: 'codeWrong' } }])
})

test('an answer of a form that this client does not know is a newer server’s', async () => {
  expect(await asking({ ok: true, out: { role: 'emperor' } })('me', {})).toEqual({
    ok: false,
    failure: { kind: 'serverNewer' },
  })
})
