import type { KithContract } from '../../shared/contract.ts'
import { fail, type Handlers, ok } from '../../shared/rpc.ts'
import type { FakeState } from './fake-state.ts'

type DraftCalls = Pick<
  Handlers<KithContract>,
  'mailDrafts.list' | 'mailDrafts.get' | 'mailDrafts.save' | 'mailDrafts.remove'
>

export function draftHandlers(state: FakeState): DraftCalls {
  let next = 1
  const others = (id: string) => state.mailDrafts.filter((one) => one.id !== id)
  return {
    'mailDrafts.list': ({ search }) => {
      const shown = state.mailDrafts.map(({ id, at, draft }) => {
        const { to, cc, bcc, typed, subject } = draft
        const people = [...to, ...cc, ...bcc].map((address) => {
          return { address, name: state.contacts.get(address)?.name ?? '' }
        })
        const written = Object.values(typed).filter((text) => text !== '')
        return { id, at, subject, people: [...people, ...written.map((address) => ({ address, name: '' }))] }
      })
      return ok({ drafts: shown.filter((one) => JSON.stringify(one).toLowerCase().includes(search.toLowerCase())) })
    },
    'mailDrafts.get': ({ id }) => {
      const found = state.mailDrafts.find((one) => one.id === id)
      return found ? ok(found.draft) : fail('notFound')
    },
    'mailDrafts.save': ({ id = (next++).toString(16).padStart(32, '0'), draft }) => {
      state.mailDrafts = [{ id, at: state.now(), draft }, ...others(id)]
      return ok({ id })
    },
    'mailDrafts.remove': ({ id }) => {
      state.mailDrafts = others(id)
      return ok({})
    },
  }
}
