/** How the page finds its engine: over the desktop's bridge or over HTTP. */
import { contract, type KithContract } from '../shared/contract.ts'
import { type CallEnvelope, connect, type EventEnvelope, type Host, type Transport } from '../shared/rpc.ts'
import { browserClock } from './clock.ts'
import { openPass } from './web-pass.ts'
import { createWebTransport } from './web-transport.ts'

/** What the desktop's preload puts on `window`: two functions, and nothing else. */
type Bridge = {
  call(envelope: CallEnvelope): Promise<unknown>
  on(listener: (event: EventEnvelope) => void): () => void
}

declare global {
  interface Window {
    readonly kith?: Bridge
  }
}

/** The engine as the page sees it: calls and events of the contract, whoever answers them. */
export type Kith = Host<KithContract>

function bridgeTransport(bridge: Bridge): Transport {
  return {
    send: ({ name, input }) => bridge.call({ name, input }),
    listen: (receive) => bridge.on(receive),
  }
}

function webTransport(window: Window): Transport {
  const { location, history } = window
  const pass = openPass({ location, history, storage: () => window.localStorage, fetch: fetch.bind(globalThis) })
  return createWebTransport({ clock: browserClock(), pass })
}

/** What the keyboard depends on: browsers keep some keys for themselves, and a Mac has others. */
export type Keyboard = { readonly host: 'desktop' | 'browser'; readonly apple: boolean }

/** The keyboard of the host that the page runs in. */
export function keyboardOf({ kith, navigator }: Pick<Window, 'kith' | 'navigator'>): Keyboard {
  return { host: kith ? 'desktop' : 'browser', apple: /^(?:Mac|iP)/u.test(navigator.platform) }
}

/** This and `keyboardOf` alone know which host the page runs in. */
export function pickHost(window: Window): Kith {
  const transport = window.kith ? bridgeTransport(window.kith) : webTransport(window)
  return connect(contract, transport)
}
