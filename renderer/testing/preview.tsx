import '../no-eval.ts'
import { createRoot } from 'react-dom/client'
import { roleSchema } from '../../shared/administration/change.ts'
import { settingsSchema } from '../../shared/contract.ts'
import type { Session } from '../../shared/session.ts'
import { App } from '../App.tsx'
import { browserClock } from '../clock.ts'
import { openStores } from '../store/stores.ts'
import { createFakeHost } from './fake-host.ts'
import { fakeNow } from './fake-people.ts'
import { readySession, signedOutSession } from './fake-session.ts'
import type { FakeState } from './fake-state.ts'
import { layoutFaults } from './layout/layout-faults.ts'

declare global {
  interface Window {
    /** For whoever looks at the preview: the fake's state, to change and to announce. */
    fake?: FakeState
    /** What is wrong with the page as it is drawn now. */
    layoutFaults?: () => readonly string[]
    /** Begins anew with another query, without loading the page again. */
    show?: (query: string) => void
  }
}

/** Takes away what is shown. */
let end = () => {}

const digits = '04812 55930 17764 90021 38875 62210'

const sessions: Readonly<Record<string, Session>> = {
  ready: readySession,
  signedOut: signedOutSession,
  pending: { step: 'pending', user: 'alice', deviceWords: digits, serverWords: '88102 33498 70015 46620 19937 52084' },
  locked: { step: 'locked', secret: 'password', reason: 'user', user: 'alice' },
  offline: { ...readySession, connection: 'offline', mail: 'offline' },
  again: { ...readySession, connection: 'signInAgain' },
}

/** `role` makes an administrator of whoever is signed in. */
function sessionOf(query: URLSearchParams): Session {
  const session = sessions[query.get('state') ?? 'ready'] ?? readySession
  const role = roleSchema.catch('none').parse(query.get('role'))
  return session.step === 'ready' ? { ...session, role } : session
}

/** ?state=ready&contacts=100000&lang=zh-Hant&theme=dark&role=administrator&bare&long: any screen of the page without an engine. */
function show(text: string): void {
  const place = document.getElementById('root')
  if (!place) throw new Error('the preview has no root element')
  const query = new URLSearchParams(text)
  const loaded = Date.now()
  const now = () => fakeNow + Date.now() - loaded
  const { host, state } = createFakeHost({
    session: sessionOf(query),
    contacts: Number(query.get('contacts') ?? 12),
    bare: query.has('bare'),
    long: query.has('long'),
    latency: Number(query.get('latency') ?? 0),
    settings: {
      language: settingsSchema.shape.language.catch('en').parse(query.get('lang')),
      theme: settingsSchema.shape.theme.catch('system').parse(query.get('theme')),
    },
    now,
  })
  // Whoever has no authenticator yet sets one up first.
  if (query.get('step') !== 'setUp') state.administration.state = { role: 'administrator', step: 'code', totp: true }
  window.fake = state
  const keyboard = { host: query.has('desktop') ? 'desktop' : 'browser', apple: query.has('apple') } as const
  const stores = openStores({ host, clock: { ...browserClock(), now }, languages: navigator.languages, keyboard })
  void stores.start()
  end()
  const root = createRoot(place)
  root.render(<App stores={stores} />)
  end = () => {
    stores.stop()
    root.unmount()
  }
}

window.show = show
window.layoutFaults = layoutFaults
show(location.search)
