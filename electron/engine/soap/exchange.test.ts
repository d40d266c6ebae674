/** One operation against answers of every kind. */
import { createHash, X509Certificate } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { faultCodes } from '../../../shared/soap/faults.ts'
import { writeFields } from '../../../shared/soap/operations.ts'
import { writeEnvelope, writeFault } from '../../../shared/soap/writer.ts'
import { certificateOne } from '../testing/certificates.ts'
import { fakeClock } from '../testing/fakes.ts'
import { type Behaviour, type ScriptedPeer, scriptedPeer } from '../testing/scripted-peer.ts'
import { exchange } from './exchange.ts'
import { parseServerAddress } from './server-address.ts'
import { openSoapClient, type SoapClient } from './soap-client.ts'
import { failureOfFault } from './soap-faults.ts'

let peer: ScriptedPeer
let client: SoapClient
beforeAll(async () => {
  peer = await scriptedPeer(certificateOne, (_q, response) => response.end())
  const address = parseServerAddress(peer.url)
  if (!address) throw new Error('the peer has an address')
  const pin = createHash('sha256').update(new X509Certificate(certificateOne.cert).raw).digest('hex')
  client = openSoapClient({ address, pin, clock: fakeClock() })
})
afterAll(async () => {
  client.close()
  await peer.close()
})
afterEach(() => peer.behave((_q, response) => response.end()))

const question = { operation: 'Hello', fields: writeFields({ non: 'A'.repeat(32) }) } as const
const ask = () => exchange(client, question, { timeout: 10_000 })
const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (_q, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
const hello = writeEnvelope({ operation: 'HelloResponse', fields: writeFields({ now: 1 }) })

describe('one operation with a hostile peer', () => {
  it('an answer comes back as fields', async () => {
    peer.behave(text(hello))
    expect(await ask()).toEqual({ ok: true, value: new Map([['now', '1']]) })
  })

  it.each([
    ['nothing at all', text('')],
    ['a web page', text('<!DOCTYPE html><title>Sign in to the wireless network</title>')],
    ['an answer to another question', text(writeEnvelope({ operation: 'LoginResponse', fields: new Map() }))],
    ['an entity bomb', text(hello.replace('<?xml', '<!DOCTYPE a [<!ENTITY b "c">]><?xml'))],
    ['two bodies', text(hello.replace('</s:Body>', '</s:Body><s:Body/>'))],
    ['a text cut in the middle', text(hello.slice(0, -20))],
    ['bytes that are no UTF-8', (_q, response) => response.end(Buffer.from([0xff, 0xfe, 0x3c, 0x61]))],
    ['100,000 nested elements', text('<a>'.repeat(100_000))],
  ] satisfies [string, Behaviour][])('%s is no answer', async (_name, behaviour) => {
    peer.behave(behaviour)
    expect(await ask()).toEqual({ ok: false, failure: { kind: 'unreachable' } })
  })

  it('protocol 10: a fault is told by its kind, with the time to wait', async () => {
    peer.behave(text(writeFault({ code: 'Locked', retryAfter: 90_000 }), 500))
    expect(await ask()).toEqual({
      ok: false,
      failure: { kind: 'tooManyAttempts', detail: { retryAfter: 90_000 } },
      fault: 'Locked',
    })
  })

  it('a proxy that says 503 or 429 without SOAP is obeyed', async () => {
    peer.behave(text('later', 503, { 'Retry-After': '7' }))
    expect(await ask()).toEqual({ ok: false, failure: { kind: 'busy', detail: { retryAfter: 7_000 } } })
    peer.behave(text('slower', 429))
    expect(await ask()).toEqual({ ok: false, failure: { kind: 'rateLimited' } })
  })

  it('protocol 10: every fault has a kind, and a wait beyond an hour is not believed', () => {
    for (const code of faultCodes) expect(failureOfFault({ code }).kind).toMatch(/^\w+$/)
    expect(failureOfFault({ code: 'Locked', retryAfter: 1, why: 'strangers' })).toEqual({
      kind: 'tooManyAttempts',
      detail: { retryAfter: 1, reason: 'unknownDevice' },
    })
    expect(failureOfFault({ code: 'Busy', retryAfter: 1, why: 'mailServer' })).toMatchObject({
      kind: 'passwordsUnchecked',
    })
    const locked = failureOfFault({ code: 'Locked', retryAfter: 10 ** 12 })
    expect(locked).toEqual({ kind: 'tooManyAttempts', detail: { retryAfter: 3_600_000 } })
  })
})
