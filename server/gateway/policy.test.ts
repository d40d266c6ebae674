import { describe, expect, it } from 'vitest'
import { createTasks } from '../mail/tasks.ts'
import { fakeAccounts, fakeWhitelists } from '../mail/testing/mail-fakes.ts'
import { contact } from '../mail/testing/mail-harness.ts'
import { createLoginProofs } from './login-proof.ts'
import { decideAction, type Policy } from './policy.ts'

const alice = { login: 'alice', sender: 'alice@kith.test', instance: 'i1' }
const now = 1_700_000_000_000

function world() {
  const lists = fakeWhitelists()
  lists.list('alice', [contact('bob@kith.test'), contact('carol@kith.test', { expiresAt: 1 })])
  const accounts = fakeAccounts()
  let passed = 0
  const clock = { now: () => now + passed }
  const proofs = createLoginProofs(clock)
  const policy: Policy = {
    accounts,
    whitelists: lists.whitelists,
    clock,
    proofs,
    log: { info: () => undefined, error: () => undefined },
    tasks: createTasks(),
    decided: () => undefined,
  }
  const memory = { instance: '', refusals: [], recipients: new Set<string>() }
  const ask = (state: string, more: object = {}) =>
    decideAction(policy, memory, { state, recipient: '', ...alice, ...more })
  const rcpt = (recipient: string, more: object = {}) => ask('RCPT', { recipient, ...more })
  const pass = (ms: number) => {
    passed += ms
  }
  return { lists, accounts, ask, rcpt, proofs, pass }
}

describe('the policy service', () => {
  it('O1 answers for each recipient of a login, with the rule', async () => {
    const { rcpt } = world()
    expect(await rcpt('bob@kith.test')).toBe('DUNNO')
    expect(await rcpt('BOB@Kith.Test', { login: 'ALICE@kith.test' })).toBe('DUNNO')
    expect(await rcpt('alice@kith.test')).toBe('DUNNO')
    expect(await rcpt('bo@x.test')).toBe(
      '550 5.7.1 O1 bo@x.test is not in your whitelist. Nobody got it: remove them, or ask for them as contacts in Kith',
    )
    expect(await rcpt('carol@kith.test')).toBe('550 5.7.1 O1 carol@kith.test has expired in your whitelist')
    expect(await rcpt('b\u200bob@kith.test')).toMatch(/^550 5\.7\.1 A2 /)
    expect(await rcpt('bob@kith.test', { sender: 'bob@kith.test' })).toMatch(/^550 5\.7\.1 I2 /)
    expect(await rcpt('bob@kith.test', { sender: '' })).toMatch(/^550 5\.7\.1 I2 /)
    expect(await rcpt('bob@kith.test', { login: 'nobody' })).toMatch(/^550 5\.7\.1 /)
  })

  it('an action is one line, whatever the address', async () => {
    const { rcpt } = world()
    expect(await rcpt('x\r\naction=OK\n\n@x.test')).not.toMatch(/[\r\n]/)
  })

  it('leaves mail from outside, and what it is not asked to judge, to Postfix', async () => {
    const { ask, rcpt } = world()
    expect(await rcpt('bo@x.test', { login: '' })).toBe('DUNNO')
    expect(await ask('CONNECT')).toBe('DUNNO')
  })

  it('proves the login before DATA, and only after it was asked for the recipients', async () => {
    const { ask, rcpt, proofs, pass } = world()
    expect(await ask('DATA', { instance: 'other' })).toMatch(/^451 4\.3\.0 /)
    await rcpt('bob@kith.test')
    const action = await ask('DATA')
    expect(action).toMatch(/^PREPEND X-Kith-Login: i1 [0-9a-f]{64}$/)
    const field = action.slice('PREPEND '.length)
    for (const other of ['', 'X-Kith-Login: i1', field.replace('i1', 'i2'), field.replace(/.{64}$/, '0'.repeat(64))]) {
      expect(proofs.take(other)).toBeUndefined()
    }
    const recipients = new Set(['bob@kith.test'])
    expect(proofs.take(field)).toMatchObject({ account: 'alice', key: 'alice@kith.test', recipients })
    expect(proofs.take(field)).toBeUndefined()
    const late = (await ask('DATA')).slice('PREPEND '.length)
    pass(11 * 60_000)
    expect(proofs.take(late)).toBeUndefined()
  })

  it('O1 one refused recipient stops the whole message, and not the next one', async () => {
    const { ask, rcpt } = world()
    await rcpt('bob@kith.test')
    await rcpt('bo@x.test')
    expect(await ask('DATA')).toBe(
      '550 5.7.1 O1 bo@x.test is not in your whitelist. Nobody got it: remove them, or ask for them as contacts in Kith',
    )
    await rcpt('bob@kith.test', { instance: 'i2' })
    expect(await ask('DATA', { instance: 'i2' })).toMatch(/^PREPEND /)
  })

  it('fails closed: what cannot be read is put off', async () => {
    const { lists, rcpt, ask } = world()
    lists.broken = true
    expect(await rcpt('bob@kith.test')).toMatch(/^451 4\.3\.0 /)
    expect(await ask('DATA')).toMatch(/^451 4\.3\.0 /)
    lists.broken = false
    lists.list('alice', undefined)
    expect(await rcpt('bob@kith.test')).toMatch(/^550 5\.7\.1 O1 .*you have none/)
    lists.list('alice', [contact('bob@kith.test')], { lease: 'over' })
    // It passes when the list is renewed: the message is kept in the client's queue.
    const another = { instance: 'i2' }
    expect(await rcpt('bob@kith.test', another)).toMatch(/^451 4\.7\.1 O7 /)
    expect(await ask('DATA', another)).toMatch(/^451 4\.7\.1 O7 /)
    // Not where somebody is refused for good as well.
    await rcpt('bo@@x.test', another)
    expect(await ask('DATA', another)).toMatch(/^550 5\.7\.1 .*O7 .*A2 /)
  })
})
