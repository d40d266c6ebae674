import { array, assert, nat, property, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicyReader } from './policy-protocol.ts'

const request = (...lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n\n`)
const honest = request('request=smtpd_access_policy', 'protocol_state=RCPT', 'recipient=a=b@c.test', 'instance=1')

describe('policy requests', () => {
  it('are read whole, however they are cut', () => {
    assert(
      property(array(nat(honest.length * 2), { maxLength: 8 }), (cuts) => {
        const both = Buffer.concat([honest, honest])
        const reader = createPolicyReader()
        const at = [0, ...cuts.toSorted((a, b) => a - b), both.length]
        const read = at.slice(1).flatMap((end, index) => reader.push(both.subarray(at[index], end)) ?? [])
        const one = { state: 'RCPT', instance: '1', login: '', sender: '', recipient: 'a=b@c.test' }
        expect(read).toEqual([one, one])
      }),
    )
  })

  it.each([
    ['another protocol', request('GET / HTTP/1.1')],
    ['no request', request('protocol_state=RCPT')],
    ['another request', request('request=junk')],
    ['a doubled attribute', request('request=smtpd_access_policy', 'recipient=a@b.test', 'recipient=c@d.test')],
    ['a line without a name', request('request=smtpd_access_policy', '=x')],
    ['nothing at all', request('')],
    ['a request without an end', Buffer.alloc(70_000, 'x')],
    ['a request too long', request('request=smtpd_access_policy', `x=${'y'.repeat(70_000)}`)],
  ])('%s ends the connection', (_name, bytes) => {
    expect(createPolicyReader().push(bytes)).toBeUndefined()
  })

  it('any bytes are read or refused, and nothing throws', () => {
    assert(
      property(uint8Array({ maxLength: 500 }), (bytes) => {
        expect([undefined, 0]).toContain(createPolicyReader().push(bytes)?.length)
      }),
    )
  })
})
