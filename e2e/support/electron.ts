/**
 * Electron as a test starts it: a process of its own, its window driven over the DevTools protocol. Playwright's own
 * launcher waits for ever now and then for a window that was there before it had connected.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { chromium, type Page } from '@playwright/test'
import { stop } from '../../scripts/lib/processes.ts'

type Electron = { readonly page: Page; readonly main: ChildProcess; readonly close: () => Promise<void> }

/** Longest until there is a window, in milliseconds. */
const patience = 60_000
const lookEvery = 50

/** `isWindow`: tells the window that is wanted by the address that it has loaded. */
export async function openElectron(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  isWindow: (url: string) => boolean,
): Promise<Electron> {
  const executable = process.env.KITH_ELECTRON
  if (!executable) throw new Error('KITH_ELECTRON is not set')
  const flags = ['--no-sandbox', '--lang=en-US', '--remote-debugging-port=0']
  const main = spawn(executable, [...flags, ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const endpoint = await endpointOf(main)
    await windowAt(new URL(endpoint).host, isWindow)
    const browser = await chromium.connectOverCDP(endpoint)
    const page = browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((one) => isWindow(one.url()))
    if (!page) throw new Error('the window went away')
    const close = async () => {
      // The answer to a signal is what a user's "Quit" does.
      await stop(main)
      await browser.close()
    }
    return { page, main, close }
  } catch (error) {
    await stop(main)
    throw error
  }
}

/** What Chromium prints first: `DevTools listening on ws://127.0.0.1:...`. The rest keeps flowing. */
async function endpointOf(main: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    main.stderr?.on('data', (chunk) => {
      printed = `${printed}${String(chunk)}`.slice(-10_000)
      const found = /DevTools listening on (ws:\S+)/.exec(printed)?.[1]
      if (found) resolve(found)
    })
    main.once('error', reject)
    void once(main, 'exit').then(() => reject(new Error(`Electron ended before it had a window: ${printed}`)))
  })
}

/** Until the window has loaded its page: one that is still empty may be replaced under whoever connects to it. */
async function windowAt(host: string, isWindow: (url: string) => boolean): Promise<void> {
  const end = performance.now() + patience
  for (;;) {
    const answer = await fetch(`http://${host}/json/list`)
    const targets = (await answer.json()) as readonly { readonly type: string; readonly url: string }[]
    if (targets.some(({ type, url }) => type === 'page' && isWindow(url))) return
    if (performance.now() > end) throw new Error('Electron showed no window in time')
    await setTimeout(lookEvery)
  }
}
