/** Signed calls in a session that renews itself: an ended session is opened again by the stored password, once a call. */
import type { RequestAction, RequestOf } from '../../../shared/whitelist/request.ts'
import type { Exchanged, Fields } from '../soap/exchange.ts'
import type { PostOptions } from '../soap/soap-client.ts'
import { type Common, type ServerLink, wantsNewHello } from './server-link.ts'

type Relogin = () => Promise<Exchanged<unknown>>

/** Calls in a session that is there when it is needed. */
export type SignedCalls = {
  readonly call: <A extends RequestAction>(
    action: A,
    make: (common: Common) => RequestOf<A>,
    options?: Partial<PostOptions>,
  ) => Promise<Exchanged<Fields>>
}

/** Calls over a link. `login` opens a session; its failure is the call's. */
export function createSignedCalls(link: ServerLink, login: Relogin): SignedCalls {
  let running: ReturnType<Relogin> | undefined
  /** Several calls may find the session gone at once: one login serves them all. */
  const relogin: Relogin = () => {
    running ??= login().finally(() => {
      running = undefined
    })
    return running
  }
  return {
    call: async (action, make, options) => {
      if (!link.hasSession) {
        const opened = await relogin()
        if (!opened.ok) return opened
      }
      let first = await link.call(action, make, options)
      // Two calls went out at once, and the later number arrived first. The next number is good in the same session.
      if (!first.ok && first.fault === 'Replay') first = await link.call(action, make, options)
      // Once only: a server that ends every session at once must not keep the client logging in.
      if (first.ok || !(first.fault === 'SessionExpired' || wantsNewHello(first))) return first
      link.dropSession()
      const opened = await relogin()
      return opened.ok ? link.call(action, make, options) : opened
    },
  }
}
