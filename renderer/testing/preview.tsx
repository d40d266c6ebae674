import '../no-eval.ts'
import { createRoot } from 'react-dom/client'
import { settingsSchema } from '../../shared/contract.ts'
import type { Session } from '../../shared/session.ts'
import { App } from '../App.tsx'
import { browserClock } from '../clock.ts'
import { openStores } from '../store/stores.ts'
import { createFakeHost } from './fake-host.ts'
import { fakeNow } from './fake-people.ts'
import { readySession, signedOutSession } from './fake-session.ts'
import type { FakeState } from './fake-state.ts'

declare global {
  interface Window {
    /** For whoever looks at the preview: the fake's state, to change and to announce. */
    fake?: FakeState
  }
}

const digits = '04812 55930 17764 90021 38875 62210'

const sessions: Readonly<Record<string, Session>> = {
  ready: readySession,
  signedOut: signedOutSession,
  pending: { step: 'pending', user: 'alice', deviceWords: digits, serverWords: '88102 33498 70015 46620 19937 52084' },
  locked: { step: 'locked', secret: 'password', reason: 'user', user: 'alice' },
  offline: { ...readySession, connection: 'offline', mail: 'offline' },
  again: { ...readySession, connection: 'signInAgain' },
}

/** ?state=ready&contacts=100000&lang=zh-Hant&theme=dark&bare: any screen of the page without an engine. */
function start(): void {
  const root = document.getElementById('root')
  if (!root) throw new Error('the preview has no root element')
  const query = new URLSearchParams(location.search)
  const loaded = Date.now()
  const now = () => fakeNow + Date.now() - loaded
  const { host, state } = createFakeHost({
    session: sessions[query.get('state') ?? 'ready'] ?? readySession,
    contacts: Number(query.get('contacts') ?? 12),
    bare: query.has('bare'),
    latency: Number(query.get('latency') ?? 0),
    settings: {
      language: settingsSchema.shape.language.catch('en').parse(query.get('lang')),
      theme: settingsSchema.shape.theme.catch('system').parse(query.get('theme')),
    },
    now,
  })
  window.fake = state
  const keyboard = { host: query.has('desktop') ? 'desktop' : 'browser', apple: query.has('apple') } as const
  const stores = openStores({ host, clock: { ...browserClock(), now }, languages: navigator.languages, keyboard })
  void stores.start()
  createRoot(root).render(<App stores={stores} />)
}

start()
