import { beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../shared/message.ts'
import { fail, ok } from '../../shared/rpc.ts'
import { bob, createScriptedKith, locked, ready, type Script } from './testing/script-kith.ts'

let script: Script
beforeEach(() => {
  script = createScriptedKith()
})

describe('contacts', () => {
  beforeEach(() => {
    const hostile = { ...bob, id: 'c2', name: 'Eve\u001b]0;x\u0007\u202e', address: 'eve@corp.test', nickname: '' }
    const rows = [
      { row: 'group', name: 'Sales', count: 2 },
      { row: 'contact', contact: bob },
      { row: 'contact', contact: hostile },
      { row: 'group', name: 'All', count: 1 },
      { row: 'contact', contact: bob },
    ]
    script.answers['contacts.query'] = () => ok({ total: 5, contacts: 2, revision: 1, rows })
  })

  test('are listed once each, in columns, without anything that acts on a terminal', async () => {
    const { code, out } = await script.run(['contacts', '--search', '林'])
    expect(code).toBe(0)
    expect(out).toBe(
      'Bob Lin 林柏  <bob@corp.test>  阿柏  Sales\nEve\ufffd]0;x\ufffd\ufffd    <eve@corp.test>        Sales\n',
    )
    expect(script.inputOf('contacts.query')).toEqual({ search: '林', from: 0, count: 500 })
  })

  test('are one JSON object for programs', async () => {
    const { out } = await script.run(['contacts', '--json'])
    expect(JSON.parse(out)).toMatchObject({ ok: true, contacts: [{ address: 'bob@corp.test' }, { id: 'c2' }] })
    expect(out.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  })
})

describe('send', () => {
  const words = ['send', '--to', 'bob@corp.test']
  const message = (delivery: Delivery) => ok({ delivery })
  const changed = { name: 'message.changed', value: { id: 'm1', conversation: 'bob@corp.test' } }

  test('waits until the message is sent', async () => {
    let step: Delivery = { step: 'waiting' }
    script.answers['outbox.submit'] = () => ok({ id: 'm1' })
    script.answers['message.get'] = () => {
      const now = step
      step = now.step === 'waiting' ? { step: 'sending' } : { step: 'sent', at: 1 }
      setImmediate(() => script.emit(changed))
      return message(now)
    }
    const { code, out } = await script.run([...words, 'hello', 'Bob'])
    expect({ code, out }).toEqual({ code: 0, out: 'Sent.\n' })
    expect(script.inputOf('outbox.submit')).toMatchObject({ kind: 'chat', to: ['bob@corp.test'], text: 'hello Bob' })
  })

  test('tells who writes to a colleague that it will wait in Held, as long as nothing proves who wrote it', async () => {
    script.answers['session.state'] = () => ok({ ...ready, colleagues: 'unproven' })
    script.answers['outbox.submit'] = () => ok({ id: 'm1' })
    script.answers['message.get'] = () => message({ step: 'sent', at: 1 })
    const told = await script.run([...words, 'hi'])
    expect(told).toMatchObject({ code: 0, out: 'Sent.\n', error: expect.stringContaining('will find it in Held') })
    expect((await script.run(['send', '--to', 'bo@partner.test', 'hi'])).error).toBe('')
  })

  test('takes the text from standard input, after the passphrase', async () => {
    script.answers['session.state'] = () => ok(locked)
    script.answers['session.unlock'] = () => ok(ready)
    script.answers['outbox.submit'] = () => ok({ id: 'm1' })
    const { out } = await script.run(
      [...words, '--subject', 'Minutes', '--no-wait', '--passphrase-stdin', '--json'],
      'pass phrase\nfirst\nsecond\n',
    )
    expect(JSON.parse(out)).toEqual({ ok: true, id: 'm1', step: 'waiting' })
    expect(script.inputOf('outbox.submit')).toMatchObject({ kind: 'mail', subject: 'Minutes', text: 'first\nsecond' })
  })

  test('O1 names the address that the guard refused', async () => {
    script.answers['outbox.submit'] = () =>
      fail('refused', { refusals: [{ address: 'eve@evil.test', rule: 'O1', reason: 'notListed' }] })
    const { code, error } = await script.run(['send', '--to', 'eve@evil.test', 'hi'])
    expect(code).toBe(1)
    expect(error).toContain('eve@evil.test is not in the whitelist (O1)')
    expect(error).toContain('ask for them as contacts: kith request ADDRESS')
  })

  test('O3 says so when the guard refuses just before SMTP', async () => {
    script.answers['outbox.submit'] = () => ok({ id: 'm1' })
    const refusals = [{ address: 'bob@corp.test', rule: 'O1', reason: 'expired' }]
    script.answers['message.get'] = () => message({ step: 'failed', reason: 'refused', refusals })
    const { code, error } = await script.run([...words, 'hi'])
    expect(code).toBe(1)
    expect(error).toContain('bob@corp.test is in the whitelist, but has expired (O1)')
  })

  test('that is ended by the user says that the message is kept', async () => {
    script.answers['outbox.submit'] = () => ok({ id: 'm1' })
    script.answers['message.get'] = () => message({ step: 'waiting' })
    const { code, error } = await script.run([...words, 'hi'], '', Promise.resolve())
    expect(code).toBe(1)
    expect(error).toContain('the message is kept')
  })

  test.each([
    [['send', 'hi']],
    [['send', '--to', 'bob@corp.test', '--timeout', 'soon', 'hi']],
    [['send', '--to', 'bob@corp.test']],
  ])('%j is wrong usage', async (wrong) => {
    expect((await script.run(wrong)).code).toBe(2)
    expect(script.inputOf('outbox.submit')).toBeUndefined()
  })
})

test('watch prints what arrives until it is ended', async () => {
  const event = { id: 'm1', conversation: 'bob@corp.test', name: 'Bob Lin 林柏', text: 'hi\nthere' }
  const ended = new Promise<void>((resolve) => {
    script.answers['session.state'] = () => {
      // After the answer is on its way, so that the command listens already.
      setImmediate(() => {
        script.emit({ name: 'message.arrived', value: event })
        script.emit({ name: 'held.changed', value: { total: 2 } })
        resolve()
      })
      return ok(ready)
    }
  })
  const { code, out } = await script.run(['watch'], '', ended)
  expect({ code, out }).toEqual({
    code: 0,
    out: 'Bob Lin 林柏 <bob@corp.test>: hi\nthere\n* held messages: 2\n',
  })
})

test('held names the claim and the rule, and never shows it as a contact', async () => {
  const held = {
    id: 'h1',
    claimedName: 'Bob',
    claimedAddress: 'bob@evil.test',
    subject: 'Pay\nnow',
    at: 0,
    rule: 'I3',
    reason: 'notListed',
  }
  script.answers['held.list'] = () => ok({ total: 1, unseen: 0, keptLooked: 0, held: [held] })
  const { out } = await script.run(['held'])
  expect(out).toBe('1970-01-01T00:00:00.000Z  "Bob" <bob@evil.test>  Pay now  not in your whitelist (I3)\n')
})
