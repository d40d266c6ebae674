import { beforeEach, expect, test } from 'vitest'
import { createAccounts } from '../accounts/accounts.ts'
import { admitDevice } from '../accounts/admit-device.ts'
import { hashPassword } from '../accounts/passwords.ts'
import { configSchema } from '../settings/config.ts'
import { overEach, type TestStore } from '../testing/stores.ts'
import type { NewMessage } from './mail/mail-store.ts'
import type { Store } from './store.ts'

const clock = { now: () => 1_700_000_000_000 }

function message(text: string): NewMessage {
  return { raw: Buffer.from(text), summary: { envelope: '[]', structure: '[]' }, flags: [], received: 1 }
}

overEach((stores) => {
  let fresh: TestStore
  let both: readonly [Store, Store]
  beforeEach(async () => {
    fresh = await stores.fresh()
    both = [await fresh.open(), await fresh.open()]
  })

  test('guesses at two servers share the tries', async () => {
    const user = {
      department: '',
      sponsor: '',
      expires: 0,
      id: 'alice',
      name: 'Alice',
      address: 'a@x.example',
      address_key: 'a@x.example',
    }
    const argon2 = await hashPassword('correct horse battery')
    await both[0].users.add({ ...user, argon2, scope: 'internal', state: 'active', created_at: 1 })
    const servers = both.map((store) => createAccounts({ store, clock }))
    const server = (i: number) => servers[i % 2] ?? createAccounts({ store: both[0], clock })
    const guesses = Array.from({ length: 12 }, (_, i) => server(i).check('alice', `guess ${i}`, `192.0.2.${i}`))
    const results = await Promise.all(guesses)
    expect(results.filter((result) => !result.ok && result.fault.kind === 'authFailed')).toHaveLength(5)
  })

  test('a device that signs in at two servers at once is one device, and nobody has too many', async () => {
    const config = configSchema.parse({ org: 'o', domain: 'x.example', host: 'x.example', approve: 'auto' })
    const admit = (i: number) => {
      const keys = { DsigPk: `s${i >> 1}`, DboxPk: `b${i >> 1}` }
      const asked = { usr: 'alice', pw: '', sNon: '', non: '', dev: `d${i >> 1}`, devName: '', ...keys }
      return admitDevice({ store: both[i % 2] ?? both[0], config, clock }, 'alice', asked)
    }
    const results = await Promise.all(Array.from({ length: 104 }, (_, i) => admit(i)))
    expect(results.filter((result) => result === 'active')).toHaveLength(100)
    expect(await both[0].devices.list('alice')).toHaveLength(50)
  })

  test('a request number, a nonce and an enrolment code are taken once', async () => {
    const device = {
      id: 'd',
      user: 'a',
      name: '',
      dsig: '',
      dbox: '',
      seq: 0,
      ack_epoch: 0,
      ack_version: 0,
      ack_head: '',
    }
    await both[0].devices.add({ ...device, state: 'active', last: 0 })
    await both[0].sessions.addNonce('n', 10)
    await both[0].access.addEnrolment({ hash: 'h', user: 'a', exp: 10, device: '' })
    const times = Array.from({ length: 8 }, (_, i) => both[i % 2] ?? both[0])
    const all = await Promise.all([
      Promise.all(times.map((store) => store.devices.takeSeq(device, 1, 1))),
      Promise.all(times.map((store) => store.sessions.takeNonce('n', 1))),
      Promise.all(times.map((store, i) => store.access.spendEnrolment('h', `d${i}`))),
    ])
    expect(all.map((taken) => taken.filter(Boolean).length)).toEqual([1, 1, 1])
  })

  test('flags that two set at once are both set, and modification numbers are never given twice', async () => {
    const [inbox] = await both[0].mail.folders('alice', 1)
    const folder = inbox?.id ?? 0
    await both[0].mail.append(folder, message('a'))
    const flags = Array.from({ length: 20 }, (_, i) => `flag${i}`)
    const set = flags.map((flag, i) =>
      (both[i % 2] ?? both[0]).mail.setFlags(folder, [1], { action: 'add', flags: [flag] }),
    )
    const modseqs = (await Promise.all(set)).map((outcome) => outcome.changed[0]?.modseq)
    expect(new Set(modseqs).size).toBe(20)
    expect(new Set((await both[0].mail.list(folder))[0]?.flags)).toEqual(new Set(flags))
  })

  test('moves both ways and deliveries crosswise at once end, and every message is in one place', async () => {
    const [inbox, sent] = await both[0].mail.folders('alice', 1)
    const [one, two] = [inbox?.id ?? 0, sent?.id ?? 0]
    const work: Promise<unknown>[] = []
    for (let i = 0; i < 10; i++) {
      const pair = ['alice', 'bob', 'carol'].map((account) => ({ account, message: message(`m${i}`) }))
      const [here, there] = i % 2 === 0 ? both : both.toReversed()
      work.push(here?.mail.deliver(pair, 1) ?? Promise.resolve())
      work.push(there?.mail.deliver(pair.toReversed(), 1) ?? Promise.resolve())
      work.push(here?.mail.copy(one, [i + 1], { folder: two, move: true }) ?? Promise.resolve())
      work.push(there?.mail.copy(two, [i + 1], { folder: one, move: true }) ?? Promise.resolve())
    }
    await Promise.all(work)
    const [here, there] = [await both[0].mail.list(one), await both[1].mail.list(two)]
    expect(here.length + there.length).toBe(20)
    expect(new Set([...here, ...there].map(({ content }) => content)).size).toBe(20)
    const [bobs] = await both[0].mail.folders('bob', 1)
    expect((await both[0].mail.list(bobs?.id ?? 0)).map(({ uid }) => uid)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })
})
