/** Accounts and whitelists that a test sets, beside the ports that they stand in for. */
import type { ListedContact } from '../../../shared/guard.ts'
import { createListView } from '../../../shared/list-view.ts'
import type { Account, Accounts } from '../../accounts/accounts.ts'
import { primitives } from '../../ground/primitives.ts'
import { selfSigned } from '../../keys/certificate.ts'
import type { Whitelists, WhitelistView } from '../../lists/whitelists.ts'
import type { Dns } from '../apart/dns.ts'

export const password = 'correct horse'
export const gatewaySecret = new Uint8Array(32).fill(7)
export const gatewayPublic = primitives.signPublicKey(gatewaySecret)
export const tls = selfSigned(['localhost', '127.0.0.1'], Date.now())

const people: readonly Account[] = [
  { id: 'alice', name: 'Alice Chen', address: 'alice@kith.test', scope: 'internal' },
  { id: 'bob', name: 'Bob Lin 林柏', address: 'bob@kith.test', scope: 'internal' },
  { id: 'carol', name: 'Carol', address: 'carol@kith.test', scope: 'internal' },
  { id: 'petra', name: 'Petra', address: 'petra@partner.test', scope: 'external' },
]

export function contact(address: string, changes: Partial<ListedContact> = {}): ListedContact {
  const scope = changes.scope ?? 'internal'
  const base = { id: address, name: address, address, key: address, scope, level: 'login', send: true, receive: true }
  return { ...base, ...changes }
}

/** A resolver that knows nothing. */
export const noDns: Dns = { txt: () => Promise.reject(new Error('ENOTFOUND')) }

type Broken = { broken: boolean }

export function fakeAccounts(state: Broken = { broken: false }): Accounts & Broken {
  const of = (wanted: (account: Account) => boolean) => people.find(wanted)
  return Object.assign(state, {
    async check(login: string, given: string): ReturnType<Accounts['check']> {
      if (state.broken) throw new Error('the store is away')
      if (given === 'locked out') return { ok: false, fault: { kind: 'locked', retryAfter: 90_000, by: 'account' } }
      if (given === 'too many at once') return { ok: false, fault: { kind: 'busy', retryAfter: 5_000 } }
      const account = of(({ id, address }) => id === login || address === login)
      return account && given === password ? { ok: true, value: account } : { ok: false, fault: { kind: 'authFailed' } }
    },
    byId: async (id: string) => of((account) => account.id === id),
    byAddress: async (key: string) => of((account) => account.address === key),
  })
}

export type FakeWhitelists = Broken & {
  readonly whitelists: Whitelists
  /** Replaces a user's whitelist; undefined: the user has none. */
  readonly list: (user: string, contacts: readonly ListedContact[] | undefined, view?: Partial<WhitelistView>) => void
}

/** At first everybody lists everybody. */
export function fakeWhitelists(): FakeWhitelists {
  const lists = new Map<string, WhitelistView>()
  const fake: FakeWhitelists = {
    broken: false,
    whitelists: {
      async viewOf(user) {
        if (fake.broken) throw new Error('the store is away')
        return lists.get(user)
      },
    },
    list(user, contacts, view = {}) {
      const base = { epoch: 1, version: 7, lease: 'valid', onExpiry: 'block', unicode: false } as const
      if (contacts) lists.set(user, { ...base, list: createListView(contacts), ...view })
      else lists.delete(user)
    },
  }
  const all = people.map(({ address, scope }) => contact(address, { scope }))
  for (const { id } of people) fake.list(id, all)
  return fake
}
