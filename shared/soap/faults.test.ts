import { describe, expect, it } from 'vitest'
import { utf8 } from '../whitelist/bytes/encoding.ts'
import { faultCodes, httpStatusOf, type SoapFault } from './faults.ts'
import { readEnvelope } from './reader.ts'
import { writeEnvelope, writeFault } from './writer.ts'

const roundTrip = (fault: SoapFault) => readEnvelope(utf8(writeFault(fault)))

describe('faults (protocol 10)', () => {
  it.each(faultCodes)('%s comes back with its facts', (code) => {
    const fault = { code, reason: 'for the log <&>', retryAfter: 2_500, now: 1_700_000_000_000, minClient: '1.2.3' }
    expect(roundTrip(fault)).toEqual({ ok: false, refused: false, fault })
    expect(roundTrip({ code })).toEqual({ ok: false, refused: false, fault: { code, reason: code } })
  })

  it('blames the sender or the receiver, and asks to wait with 503', () => {
    expect(writeFault({ code: 'AuthFailed' })).toContain('<s:Value>s:Sender</s:Value>')
    expect(writeFault({ code: 'Internal' })).toContain('<s:Value>s:Receiver</s:Value>')
    expect(faultCodes.filter((code) => httpStatusOf(code) === 503)).toEqual(['RateLimited', 'Busy'])
    expect([httpStatusOf('AuthFailed'), httpStatusOf('TooLarge'), httpStatusOf('Internal')]).toEqual([400, 413, 500])
  })

  it('of an unknown kind, or without one, is Internal: it loosens nothing', () => {
    const known = writeFault({ code: 'DeviceRevoked' })
    for (const text of [
      known.replace('k:DeviceRevoked', 'k:Wipe'),
      known.replace('k:DeviceRevoked', 'k:constructor'),
      known.replace(/<s:Subcode>.*<\/s:Subcode>/, ''),
    ]) {
      expect(text).not.toBe(known)
      expect(readEnvelope(utf8(text))).toMatchObject({ ok: false, refused: false, fault: { code: 'Internal' } })
    }
  })

  it('is read without facts that are malformed', () => {
    const text = writeFault({ code: 'Locked', retryAfter: 5, minClient: '1.0.0' })
      .replace('>5<', '>-5<')
      .replace('1.0.0', 'x')
    expect(readEnvelope(utf8(text))).toEqual({ ok: false, refused: false, fault: { code: 'Locked', reason: 'Locked' } })
  })

  it('carries a reason fit for one line of a log', () => {
    const fault = { code: 'Internal', reason: `line\nbreak \u202e 林 ${'x'.repeat(500)}` } as const
    const result = roundTrip(fault)
    if (result.ok) throw new Error('a fault')
    expect(result.fault.reason).toMatch(/^line\?break \? \? x+$/)
    expect(result.fault.reason?.length).toBe(200)
  })
})

describe('the writer', () => {
  it('throws on what XML cannot hold: a bug of the caller', () => {
    const write = (name: string, text: string) => () =>
      writeEnvelope({ operation: 'Op', fields: new Map([[name, text]]) })
    for (const text of ['\0', '\r', '\u001f', '\ufffe', '\ud800']) expect(write('a', text)).toThrow('XML cannot hold')
    for (const name of ['', 'a b', 'a>', '1a', 'k:a', '__proto__'])
      expect(write(name, '')).toThrow('not an element name')
  })

  it('escapes all five', () => {
    expect(writeEnvelope({ operation: 'Op', fields: new Map([['a', `<>&"'`]]) })).toContain(
      '<k:a>&lt;&gt;&amp;&quot;&apos;</k:a>',
    )
  })
})
