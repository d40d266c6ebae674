import type { KithContract } from '../../shared/contract.ts'
import type { ContactRequests } from '../../shared/requests.ts'
import { fail, type Handlers, ok } from '../../shared/rpc.ts'
import type { FakeState } from './fake-state.ts'

const hour = 3_600_000

export function createFakeRequests(now: number): ContactRequests {
  return {
    incoming: [
      {
        id: 'r1',
        from: { name: 'Dana Roth', address: 'dana@kith.test' },
        note: 'We met at the fair.\nMay I write to you?',
        at: now - hour,
      },
    ],
    own: [
      { id: 'r2', address: 'eva@partner.example', note: '', state: 'waiting', waits: 'either', at: now - 26 * hour },
      { id: 'r5', address: 'bo@kith.test', note: '', state: 'waiting', waits: 'them', at: now - 28 * hour },
      {
        id: 'r3',
        address: 'old@partner.example',
        note: '',
        state: 'declined',
        at: now - 80 * hour,
        endedAt: now - 60 * hour,
      },
    ],
    answered: [
      {
        id: 'r6',
        from: { name: 'Grace Hopper', address: 'grace@navy.example' },
        note: '',
        state: 'linked',
        at: now - 90 * hour,
        endedAt: now - 50 * hour,
      },
    ],
    approvals: [
      {
        id: 'r4',
        from: { name: 'Bob Lin 林柏', address: 'bob@kith.test' },
        to: { name: '张伟', address: 'wei@partner.example' },
        note: '',
        at: now - 2 * hour,
      },
    ],
  }
}

type Names = 'requests.list' | 'requests.create' | 'requests.answer' | 'requests.withdraw' | 'invitations.create'

export function requestHandlers(state: FakeState): Pick<Handlers<KithContract>, Names> {
  const moved = (next: ContactRequests) => {
    state.requests = next
    state.emit('requests.changed', { waiting: next.incoming.length + next.approvals.length })
    return ok({})
  }
  return {
    'requests.list': () => ok(state.requests),
    'requests.create': ({ to, note }) => {
      if (!to.includes('@')) return fail('badRequest', { reason: 'address' })
      const made = {
        id: `n${state.requests.own.length}`,
        address: to,
        note,
        state: 'waiting' as const,
        waits: 'them' as const,
        at: state.now(),
      }
      return moved({ ...state.requests, own: [...state.requests.own, made] })
    },
    'requests.answer': ({ id }) => {
      const { incoming, own, answered, approvals } = state.requests
      const others = <T extends { readonly id: string }>(rows: readonly T[]) => rows.filter((row) => row.id !== id)
      return moved({ own, answered, incoming: others(incoming), approvals: others(approvals) })
    },
    'requests.withdraw': ({ id }) =>
      moved({
        ...state.requests,
        own: state.requests.own.map((row) => {
          const { waits: _none, ...told } = row
          return row.id === id ? { ...told, state: 'withdrawn' as const, endedAt: state.now() } : row
        }),
      }),
    'invitations.create': () =>
      ok({ text: 'kith-invite:AAAAAAAAAAAAAAAAAAAAAA', expiresAt: state.now() + 7 * 24 * hour }),
  }
}
