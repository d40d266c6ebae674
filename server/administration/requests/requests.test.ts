import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Change } from '../../../shared/administration/change.ts'
import { declinedForMs, maxOpenRequests, maxRequestsADay, withdrawRequest } from './requests.ts'
import { dayMs, done, guestMail, mail, type RequestWorld, requestWorld } from './testing.ts'
import { requestsForOperators } from './views.ts'

let world: RequestWorld

beforeEach(async () => {
  world = await requestWorld()
})
afterEach(() => world.end())

describe('between colleagues', () => {
  test('asked, accepted: each lists the other, by an entry of its own with the source request', async () => {
    expect(await world.requests('alice', ' BOB@example.org ', 'hello\u0000 \u202ethere\r\nBob')).toEqual(done)
    expect((await world.seenBy('alice')).own).toMatchObject([{ address: mail('BOB'), state: 'waiting' }])
    expect((await world.seenBy('bob')).incoming).toMatchObject([
      { from: { name: 'alice', address: mail('alice') }, note: 'hello  there\nBob' },
    ])
    expect(await world.addressesOf('alice')).toEqual([])
    expect(await world.answers('bob', await world.idOf('bob', 'incoming'), true)).toEqual(done)
    expect([await world.addressesOf('alice'), await world.addressesOf('bob')]).toEqual([[mail('bob')], [mail('alice')]])
    expect((await world.seenBy('alice')).own).toMatchObject([{ state: 'linked' }])
    expect((await world.seenBy('bob')).incoming).toEqual([])
    const { store } = world.administration
    const [row] = await store.lists.entries('L-alice')
    expect(row).toMatchObject({ source: 'request', external: (await store.administration.requests({}))[0]?.id })
    expect(await store.administration.lastAudit()).toMatchObject({ op: 'request.link', who: 'bob', via: 'client' })
  })

  test('what a request brought goes with a disabled account, and comes back with it', async () => {
    await world.run({ op: 'contact.add', user: 'carol', contact: { address: mail('bob'), name: 'Bob by hand' } })
    await world.requests('alice', mail('bob'))
    await world.answers('bob', await world.idOf('bob', 'incoming'), true)
    await world.run({ op: 'user.disable', user: 'bob' })
    expect(await world.addressesOf('alice')).toEqual([])
    // What an administrator wrote is for the administrator to remove.
    expect(await world.addressesOf('carol')).toEqual([mail('bob')])
    expect(await world.store.lists.ofUser('alice')).toMatchObject({ count: 0 })
    await world.run({ op: 'user.enable', user: 'bob' })
    expect(await world.addressesOf('alice')).toEqual([mail('bob')])
    await world.run({ op: 'rule.deny', what: mail('bob') }, { op: 'user.disable', user: 'bob' })
    await world.run({ op: 'user.enable', user: 'bob' })
    expect(await world.addressesOf('alice')).toEqual([])
  })

  test('where one lists the other already, only the other list changes', async () => {
    await world.run({ op: 'contact.add', user: 'bob', contact: { address: mail('alice'), name: 'Al' } })
    await world.requests('alice', mail('bob'))
    await world.answers('bob', await world.idOf('bob', 'incoming'), true)
    expect(await world.store.lists.ofUser('bob')).toMatchObject({ version: 2 })
    expect(await world.addressesOf('alice')).toEqual([mail('bob')])
  })

  test('a request the other way is a yes', async () => {
    await world.requests('alice', mail('bob'))
    expect(await world.requests('bob', mail('alice'))).toEqual(done)
    expect(await world.addressesOf('alice')).toEqual([mail('bob')])
    expect(await world.store.administration.requests({})).toHaveLength(1)
  })

  test('it says what it waits for, and never whether the address has an account', async () => {
    await world.addGuest('carol')
    const waits = async () =>
      Object.fromEntries((await world.seenBy('alice')).own.map(({ address, waits: of }) => [address, of]))
    for (const to of [mail('bob'), mail('nobody'), guestMail, 'unknown@partner.example'])
      await world.requests('alice', to)
    // Somebody and nobody of the own domain look alike, and so do a guest and a stranger.
    expect(await waits()).toEqual({
      [mail('bob')]: 'them',
      [mail('nobody')]: 'them',
      [guestMail]: 'either',
      'unknown@partner.example': 'either',
    })
    await world.run({ op: 'rule.deny', what: mail('carol'), user: 'alice' })
    await world.requests('alice', mail('carol'))
    expect((await waits())[mail('carol')]).toBe('them')
    await world.answers('guest', await world.idOf('guest', 'incoming'), true)
    expect((await waits())[guestMail]).toBe('organisation')
    expect((await world.seenBy('guest')).answered).toMatchObject([{ from: { name: 'alice' }, state: 'waiting' }])
  })

  test('what has ended is told to both for thirty days: what became of it, and when', async () => {
    const { clock } = world.administration
    const began = clock.now()
    await world.requests('alice', mail('bob'))
    await world.requests('carol', mail('bob'))
    const [first = '', second = ''] = (await world.seenBy('bob')).incoming.map(({ id }) => id)
    world.pass(60_000)
    await world.answers('bob', first, true)
    await world.answers('bob', second, false)
    await world.requests('alice', mail('carol'))
    await withdrawRequest(world.administration, await world.person('alice'), await world.idOf('alice', 'own', -1))
    const ends = (rows: readonly { readonly state: string; readonly endedAt?: number }[]) =>
      rows.map(({ state, endedAt = 0 }) => [state, Math.floor((endedAt - began) / 60_000)])
    expect(ends((await world.seenBy('alice')).own)).toEqual([
      ['linked', 1],
      ['withdrawn', 1],
    ])
    expect(ends((await world.seenBy('carol')).own)).toEqual([['declined', 1]])
    expect(ends((await world.seenBy('bob')).answered)).toEqual([
      ['linked', 1],
      ['declined', 1],
    ])
    // What was withdrawn before an answer is nothing to the other side.
    expect(await world.seenBy('carol')).toMatchObject({ incoming: [], answered: [] })
    world.pass(declinedForMs + 1)
    for (const user of ['alice', 'bob', 'carol'])
      expect(await world.seenBy(user)).toMatchObject({ own: [], answered: [] })
  })

  test('a no holds for thirty days; a request may be withdrawn, and asked again', async () => {
    await world.requests('alice', mail('bob'))
    await world.answers('bob', await world.idOf('bob', 'incoming'), false)
    expect((await world.seenBy('alice')).own).toMatchObject([{ state: 'declined' }])
    const again = await world.requests('alice', mail('bob'))
    expect(again).toMatchObject({ ok: false, failure: { kind: 'refused', detail: { reason: 'declined' } } })
    world.pass(declinedForMs + 1)
    expect(await world.requests('alice', mail('bob'))).toEqual(done)
    const id = await world.idOf('alice', 'own', -1)
    expect(await withdrawRequest(world.administration, await world.person('carol'), id)).toMatchObject({ ok: false })
    expect(await withdrawRequest(world.administration, await world.person('alice'), id)).toEqual(done)
    expect((await world.seenBy('bob')).incoming).toEqual([])
    expect(await world.answers('bob', id, true)).toEqual({ ok: false, failure: { kind: 'notFound' } })
    expect(await world.requests('alice', mail('bob'))).toEqual(done)
  })

  test('only who was asked may answer, once', async () => {
    await world.requests('alice', mail('bob'))
    const id = await world.idOf('bob', 'incoming')
    for (const other of ['alice', 'carol']) expect(await world.answers(other, id, true)).toMatchObject({ ok: false })
    const both = await Promise.all([world.answers('bob', id, true), world.answers('bob', id, false)])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  })

  test('nonsense, oneself and a contact are told so', async () => {
    const reason = async (to: string) => {
      const result = await world.requests('alice', to)
      return result.ok ? 'none' : result.failure.detail?.reason
    }
    for (const to of ['', 'x', '@example.org', 'a b@example.org', 'a@b@c', '"q"@example.org', `${'x'.repeat(400)}@a.b`])
      expect(await reason(to)).toBe('address')
    expect(await reason('ALICE@example.org')).toBe('self')
    await world.run({ op: 'policy.set', changes: { everyone: true } })
    expect(await reason(mail('bob'))).toBe('listed')
  })
})

describe('nothing tells whether an address has an account', () => {
  test('a guest, a stranger and a denied address are answered the same and look the same', async () => {
    await world.addGuest('carol')
    await world.run({ op: 'rule.deny', what: 'bad@partner.example' }, { op: 'rule.deny', what: guestMail, user: 'bob' })
    const looks: unknown[] = []
    for (const to of [guestMail, 'nobody@partner.example', 'bad@partner.example']) {
      const answer = await world.requests('alice', to)
      const { id: _id, at: _at, address: _address, ...look } = (await world.seenBy('alice')).own.at(-1) ?? {}
      looks.push([answer, look])
    }
    expect(looks).toEqual([looks[0], looks[0], looks[0]])
    expect(await world.requests('bob', guestMail)).toEqual(done)
    expect((await world.seenBy('guest')).incoming.map(({ from }) => from.name)).toEqual(['alice'])
  })

  test('a refusal by an operator and a no of the guest look the same', async () => {
    await world.addGuest('carol')
    await world.requests('alice', guestMail)
    await world.requests('alice', 'nobody@partner.example')
    await world.answers('guest', await world.idOf('guest', 'incoming'), false)
    await world.run({ op: 'request.refuse', id: await world.idOf('alice', 'own', 1) })
    expect((await world.seenBy('alice')).own.map(({ state }) => state)).toEqual(['declined', 'declined'])
  })

  test('a denied address is never linked: not by approval, not when the rule comes later', async () => {
    await world.requests('alice', 'x@partner.example')
    await world.run({ op: 'rule.deny', what: 'x@partner.example' })
    const [view] = await requestsForOperators(world.store)
    expect(view).toMatchObject({ denied: true, scope: 'external', approval: { by: 'administrator' } })
    const link: Change = { op: 'request.link', id: view?.row.id ?? '', scope: 'external' }
    expect(await world.administration.run([link])).toMatchObject({ ok: false })
    await world.requests('alice', mail('bob'))
    await world.run({ op: 'rule.deny', what: mail('bob'), user: 'alice' })
    expect((await world.seenBy('bob')).incoming).toEqual([])
    const { id = '' } = (await world.store.administration.requests({ state: 'asked' }))[0] ?? {}
    expect(await world.answers('bob', id, true)).toEqual(done)
    expect(await world.addressesOf('bob')).toEqual([])
  })
})

describe('limits', () => {
  test('so many a day, so many at once; the same again is the same', async () => {
    for (let n = 0; n < maxRequestsADay; n++)
      expect(await world.requests('alice', `p${n}@partner.example`)).toEqual(done)
    expect(await world.requests('alice', 'p0@partner.example')).toEqual(done)
    const day = await world.requests('alice', 'more@partner.example')
    expect(day).toMatchObject({ ok: false, failure: { kind: 'rateLimited', detail: { reason: 'day' } } })
    for (let n = maxRequestsADay; n < maxOpenRequests; n++) {
      if (n % maxRequestsADay === 0) world.pass(dayMs + 1)
      expect(await world.requests('alice', `p${n}@partner.example`)).toEqual(done)
    }
    world.pass(dayMs + 1)
    const open = await world.requests('alice', 'more@partner.example')
    expect(open).toMatchObject({ ok: false, failure: { kind: 'rateLimited', detail: { reason: 'open' } } })
  })
})
