import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createInvitation, maxInvitations } from './invitations.ts'
import { dayMs, done, guestMail, mail, type RequestWorld, requestWorld } from './testing.ts'

let world: RequestWorld

beforeEach(async () => {
  world = await requestWorld()
})
afterEach(() => world.end())

describe('from outside', () => {
  test('without an account it waits for an operator', async () => {
    await world.requests('alice', 'New@partner.example')
    const id = await world.idOf('alice', 'own')
    expect(await world.administration.run([{ op: 'request.link', id, scope: 'internal' }])).toMatchObject({
      ok: false,
    })
    await world.run({ op: 'request.link', id, scope: 'external' })
    expect(await world.addressesOf('alice')).toEqual(['New@partner.example'])
    expect(await world.administration.run([{ op: 'request.link', id, scope: 'external' }])).toMatchObject({
      ok: false,
    })
  })

  test('policy none: linked without asking anybody but the other side', async () => {
    await world.run({ op: 'policy.set', changes: { approval: 'none' } })
    await world.addGuest('')
    await world.requests('alice', 'new@partner.example')
    await world.requests('alice', guestMail)
    expect(await world.addressesOf('alice')).toEqual(['new@partner.example'])
    await world.run({ op: 'user.set', user: 'guest', changes: { expires: '2031-01-31' } })
    await world.answers('guest', await world.idOf('guest', 'incoming'), true)
    const entries = (await world.store.lists.entries('L-alice')).map((row) => JSON.parse(row.json))
    expect(entries.find((entry) => entry.m === guestMail)).toMatchObject({ a: 'login', x: Date.UTC(2031, 0, 31) })
    expect(await world.addressesOf('alice')).toEqual([guestMail, 'new@partner.example'])
    expect(await world.addressesOf('guest')).toEqual([mail('alice')])
  })

  test('policy none: an address of the organisation’s own that nobody has is never linked, and looks as if it waited', async () => {
    await world.run({ op: 'policy.set', changes: { approval: 'none' } })
    expect(await world.requests('alice', mail('bbo'))).toEqual(done)
    expect(await world.addressesOf('alice')).toEqual([])
    expect((await world.seenBy('alice')).own).toMatchObject([{ address: mail('bbo'), state: 'waiting' }])
    await world.run({ op: 'user.disable', user: 'bob' })
    expect(await world.requests('alice', mail('BOB'))).toEqual(done)
    expect(await world.addressesOf('alice')).toEqual([])
    // One that was stored before this rule.
    const id = await world.idOf('alice', 'own')
    await world.store.administration.moveRequest(id, 'asked', { state: 'accepted', decided_at: 1, decided_by: '' })
    expect(await world.administration.run([{ op: 'request.link', id, scope: 'external' }])).toMatchObject({
      ok: false,
      faults: [{ why: expect.stringContaining('nobody here has') }],
    })
  })

  test('policy sponsor: the guest’s sponsor accepts or declines; nobody else may', async () => {
    await world.run({ op: 'policy.set', changes: { approval: 'sponsor' } })
    await world.addGuest('carol')
    await world.requests('alice', guestMail)
    const id = await world.idOf('guest', 'incoming')
    expect((await world.seenBy('carol')).approvals).toEqual([])
    await world.answers('guest', id, true)
    expect(await world.addressesOf('alice')).toEqual([])
    expect((await world.seenBy('carol')).approvals).toMatchObject([{ from: { name: 'alice' }, to: { name: 'Gu Est' } }])
    for (const other of ['alice', 'bob', 'guest'])
      expect(await world.answers(other, id, true)).toMatchObject({ ok: false })
    expect(await world.answers('carol', id, true)).toEqual(done)
    expect(await world.addressesOf('alice')).toEqual([guestMail])
    expect((await world.seenBy('carol')).approvals).toEqual([])
    await world.requests('guest', mail('bob'))
    await world.answers('bob', await world.idOf('bob', 'incoming'), true)
    expect(await world.answers('carol', await world.idOf('carol', 'approvals'), false)).toEqual(done)
    expect((await world.seenBy('guest')).own).toMatchObject([{ state: 'declined' }])
    expect(await world.addressesOf('bob')).toEqual([])
  })

  test('with four eyes a sponsor’s yes is a proposal, once however often it is given', async () => {
    await world.run({ op: 'policy.set', changes: { approval: 'sponsor', fourEyes: true } })
    const guest = { op: 'user.add', user: 'guest', scope: 'external', name: 'G', address: guestMail } as const
    const { store } = world.administration
    await world.administration.run([{ ...guest, sponsor: 'carol' }])
    const [proposal] = await store.administration.proposals('approval')
    await store.administration.moveProposal(proposal?.id ?? '', 'approval', {
      state: 'ready',
      approved_by: 'x',
      result: '',
    })
    await world.carried(done)
    await world.requests('alice', guestMail)
    const id = await world.idOf('guest', 'incoming')
    await world.answers('guest', id, true)
    await world.answers('carol', id, true)
    await world.answers('carol', id, true)
    expect(await store.administration.proposals('approval')).toHaveLength(1)
    expect((await world.seenBy('carol')).approvals).toEqual([])
    expect(await world.addressesOf('alice')).toEqual([])
  })
})

describe('invitations', () => {
  const no = { ok: false, failure: { kind: 'refused', detail: { reason: 'invitation' } } }

  test('pasted, it links at once, and works for one', async () => {
    const text = await world.invite('bob')
    expect(await world.requests('bob', text)).toMatchObject({ failure: { detail: { reason: 'self' } } })
    expect(await world.requests('alice', ` ${text}\n`)).toEqual(done)
    expect([await world.addressesOf('alice'), await world.addressesOf('bob')]).toEqual([[mail('bob')], [mail('alice')]])
    expect(await world.requests('carol', text)).toEqual(no)
    const secret = text.slice('kith-invite:'.length)
    expect(JSON.stringify(await world.store.administration.requests({}))).not.toContain(secret)
  })

  test('unknown, malformed and over are told the same', async () => {
    const text = await world.invite('bob')
    for (const other of [
      'kith-invite:',
      'kith-invite:x',
      `${text}x`,
      `kith-invite:${'A'.repeat(22)}`,
      'kith-invite:__proto__',
    ])
      expect(await world.requests('alice', other)).toEqual(no)
    world.pass(7 * dayMs + 1)
    expect(await world.requests('alice', text)).toEqual(no)
    await world.run({ op: 'user.disable', user: 'bob' })
    expect(await world.requests('alice', text)).toEqual(no)
  })

  test('a guest’s invitation needs the same approval; a rule still wins; a contact keeps it', async () => {
    await world.addGuest('carol')
    await world.requests('alice', await world.invite('guest'))
    expect((await world.seenBy('alice')).own).toMatchObject([{ state: 'waiting' }])
    expect(await world.addressesOf('alice')).toEqual([])
    await world.run({ op: 'rule.deny', what: mail('bob'), user: 'alice' })
    expect(await world.requests('alice', await world.invite('bob'))).toEqual(done)
    expect(await world.addressesOf('alice')).toEqual([])
    const kept = await world.invite('guest')
    expect(await world.requests('carol', kept)).toMatchObject({ failure: { detail: { reason: 'listed' } } })
    expect(await world.requests('bob', kept)).toEqual(done)
  })

  test('it makes a waiting request a yes; so many at once', async () => {
    await world.requests('alice', mail('bob'))
    await world.requests('alice', await world.invite('bob'))
    expect(await world.addressesOf('alice')).toEqual([mail('bob')])
    expect(await world.store.administration.requests({})).toHaveLength(1)
    for (let n = 0; n < maxInvitations; n++) await world.invite('carol')
    expect(await createInvitation(world.administration, 'carol')).toMatchObject({ failure: { kind: 'rateLimited' } })
  })
})
