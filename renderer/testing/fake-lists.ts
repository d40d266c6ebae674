import type { KithContract } from '../../shared/contract.ts'
import type { HeldChoice } from '../../shared/held.ts'
import { fail, type Handlers, ok } from '../../shared/rpc.ts'
import type { FakeHeld, FakeState } from './fake-state.ts'

type ListCalls = Pick<
  Handlers<KithContract>,
  | 'contacts.query'
  | 'contacts.get'
  | 'contacts.refresh'
  | 'whitelist.status'
  | 'guard.judge'
  | 'mail.list'
  | 'message.get'
  | 'held.list'
  | 'held.get'
  | 'held.looked'
  | 'held.dismiss'
  | 'held.restore'
  | 'held.delete'
  | 'quarantine.list'
  | 'quarantine.release'
  | 'quarantine.delete'
>

/** Refusals as guard.md words them: A2 for what is no address, O1 for who is not listed. */
export function fakeRefusals(state: FakeState, recipients: readonly string[]) {
  return recipients.flatMap((address) => {
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) return [{ address, rule: 'A2', reason: 'malformed' }]
    return state.contacts.get(address) ? [] : [{ address, rule: 'O1', reason: 'notListed' }]
  })
}

function findMail(state: FakeState, search: string) {
  const wanted = search.toLowerCase()
  return state.messages
    .filter(({ kind }) => kind === 'mail')
    .filter(({ subject, text, from }) => `${subject}\n${text}\n${from.name}`.toLowerCase().includes(wanted))
    .toReversed()
}

type HeldCalls = 'held.list' | 'held.get' | 'held.looked' | 'held.dismiss' | 'held.restore' | 'held.delete'

function heldHandlers(state: FakeState): Pick<ListCalls, HeldCalls> {
  const isSame = ({ id, scope }: HeldChoice, one: FakeHeld): boolean => {
    const chosen = [...state.held, ...state.dismissed].find((other) => other.id === id)
    if (scope === 'message' || !chosen?.claimedAddress) return one.id === id
    return one.claimedAddress === chosen.claimedAddress
  }
  const take = (choice: HeldChoice) => {
    const taken = state.held.filter((one) => isSame(choice, one))
    state.held = state.held.filter((one) => !taken.includes(one))
    state.emit('held.changed', { total: state.held.length })
    return taken
  }
  const answer = ({ length }: readonly FakeHeld[]) => (length === 0 ? fail('notFound') : ok({ count: length }))
  return {
    'held.list': ({ from, count }) =>
      ok({
        total: state.held.length,
        unseen: state.heldUnseen,
        keptLooked: state.keptLooked,
        held: state.held.slice(from, from + count),
      }),
    'held.get': ({ id }) => {
      const found = state.held.find((one) => one.id === id)
      if (!found) return fail('notFound')
      const { text, ...held } = found
      const ofSender = state.held.filter((one) => one.claimedAddress === found.claimedAddress).length
      return ok({ held, text, ofSender: found.claimedAddress === '' ? 0 : ofSender })
    },
    'held.looked': ({ kept }) => {
      if (state.heldUnseen > 0 || kept > state.keptLooked) {
        state.heldUnseen = 0
        state.keptLooked = Math.max(state.keptLooked, kept)
        state.emit('held.changed', { total: state.held.length })
      }
      return ok({})
    },
    'held.dismiss': (choice) => {
      const taken = take(choice)
      state.dismissed = [...state.dismissed, ...taken]
      return answer(taken)
    },
    'held.restore': (choice) => {
      const back = state.dismissed.filter((one) => isSame(choice, one))
      state.dismissed = state.dismissed.filter((one) => !back.includes(one))
      state.held = [...state.held, ...back].toSorted((a, b) => b.at - a.at)
      state.emit('held.changed', { total: state.held.length })
      return answer(back)
    },
    'held.delete': (choice) => answer(take(choice)),
  }
}

export function listHandlers(state: FakeState): ListCalls {
  return {
    'contacts.query': ({ search, from, count }) => ok(state.contacts.query(search, from, count)),
    'contacts.get': ({ address }) => {
      const contact = state.contacts.get(address)
      return contact ? ok(contact) : fail('notFound')
    },
    'contacts.refresh': () => {
      state.whitelist = { ...state.whitelist, syncedAt: state.now() }
      state.emit('whitelist.changed', state.whitelist)
      return ok({ added: 0, changed: 0, removed: 0, version: state.whitelist.version })
    },
    'whitelist.status': () => ok(state.whitelist),
    'guard.judge': ({ recipients }) => ok({ refusals: fakeRefusals(state, recipients) }),
    'mail.list': ({ search, from, count }) => {
      const found = findMail(state, search)
      return ok({ total: found.length, messages: found.slice(from, from + count) })
    },
    'message.get': ({ id }) => {
      const message = state.messages.find((one) => one.id === id)
      return message ? ok(message) : fail('notFound')
    },
    ...heldHandlers(state),
    'quarantine.list': ({ from, count }) =>
      ok({ total: state.kept.length, by: state.keptBy, kept: state.kept.slice(from, from + count) }),
    'quarantine.delete': ({ id, scope }) => {
      const found = state.kept.find((one) => one.id === id)
      if (!found) return fail('notFound')
      const before = state.kept.length
      state.kept = state.kept.filter((one) =>
        scope === 'sender' ? one.claimedAddress !== found.claimedAddress : one !== found,
      )
      return ok({ count: before - state.kept.length })
    },
    'quarantine.release': ({ id }) => {
      const found = state.kept.find((one) => one.id === id)
      if (!found) return fail('notFound')
      const now = state.keptBy === 'user' ? ('released' as const) : ('asked' as const)
      state.kept = state.kept.map((one) => (one === found ? { ...one, state: now } : one))
      return ok({ state: now })
    },
  }
}
