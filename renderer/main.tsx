/** The page's first file: makes the stores and draws the page. */
import './no-eval.ts'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { browserClock } from './clock.ts'
import { keyboardOf, pickHost } from './host.ts'
import { openStores } from './store/stores.ts'

/** The page's composition root: host, clock and stores meet here and nowhere else. */
function start(): void {
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root element')
  const stores = openStores({
    host: pickHost(window),
    clock: browserClock(),
    languages: navigator.languages,
    keyboard: keyboardOf(window),
  })
  void stores.start()
  createRoot(root).render(<App stores={stores} />)
}

start()
