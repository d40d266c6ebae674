/** The calls about the list and what is asked beside it: contacts, requests, invitations, what the gateway keeps. */
import { addressIdentity } from '../../../shared/address.ts'
import type { KithContract } from '../../../shared/contract.ts'
import { type CallName, fail, type Handlers, ok } from '../../../shared/rpc.ts'
import type { Ask } from '../link/ask.ts'
import type { Contacts } from './contacts.ts'
import type { Requests } from './requests.ts'
import type { WhitelistSync } from './whitelist-sync.ts'

/** The calls that this room answers while an account is open. */
export const whitelistCalls = [
  'contacts.query',
  'contacts.get',
  'contacts.refresh',
  'whitelist.status',
  'requests.list',
  'requests.create',
  'requests.answer',
  'requests.withdraw',
  'invitations.create',
  'quarantine.list',
  'quarantine.release',
  'quarantine.delete',
] as const satisfies readonly CallName<KithContract>[]

/** The handlers of those calls. */
export type WhitelistHandlers = Pick<Handlers<KithContract>, (typeof whitelistCalls)[number]>

type WhitelistParts = {
  readonly contacts: Contacts
  readonly sync: WhitelistSync
  readonly requests: Requests
  readonly ask: Ask
  /** The server answered: whatever waits for it may try now. */
  readonly wake: () => void
}

/** The handlers of one open account. */
export function whitelistHandlers({ contacts, sync, requests, ask, wake }: WhitelistParts): WhitelistHandlers {
  const { index } = contacts
  return {
    'contacts.query': ({ search, from, count }) => ok(index.query(search, from, count)),
    'contacts.get': ({ address }) => {
      const found = index.byAddress(addressIdentity(address))
      return found ? ok(found.contact) : fail('notFound')
    },
    'contacts.refresh': async () => {
      const result = await sync.refresh()
      if (result.ok) wake()
      return result
    },
    'whitelist.status': () => ok(sync.status()),
    'requests.list': () => requests.list(),
    'requests.create': (input) => requests.change('requests.create', input),
    'requests.answer': (input) => requests.change('requests.answer', input),
    'requests.withdraw': (input) => requests.change('requests.withdraw', input),
    'invitations.create': () => ask('invitations.create', {}),
    'quarantine.list': (window) => ask('quarantine.list', window),
    'quarantine.release': (input) => ask('quarantine.release', input),
    'quarantine.delete': (input) => ask('quarantine.delete', input),
  }
}
