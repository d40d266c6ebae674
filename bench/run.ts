/** `npm run bench [-- NAME ...]`: measures on the desktop where Electron runs, else on the web host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { openApp } from '../e2e/support/app.ts'
import { type Organisation, openOrganisation, removeTemplate } from '../e2e/support/organisation.ts'
import { withScreenAndKeyring } from '../scripts/lib/end-to-end.ts'
import { isFresh } from '../scripts/lib/freshness.ts'
import { run } from '../scripts/lib/processes.ts'
import type { Bench } from './bench.ts'
import { benchClients } from './clients.ts'
import { memoryOf } from './figures.ts'
import { benchGateway } from './gateway.ts'
import { benchGuard } from './guard.ts'
import { benchImports } from './imports.ts'
import { benchLarge } from './large.ts'
import { benchMessages } from './messages.ts'
import { benchOrganisation } from './organisation.ts'
import { benchPeers } from './peers/peers.ts'
import { benchRemoval } from './removal.ts'
import { benchShown } from './shown.ts'
import { benchStart } from './start.ts'
import { benchWhitelist } from './whitelist.ts'

/** Measured on a screen of their own, on the built desktop. */
const onScreen: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  whitelist: benchWhitelist,
  messages: benchMessages,
  start: benchStart,
  removal: benchRemoval,
}
/** The server and its clients alone, without a screen. */
const withoutScreen: Readonly<Record<string, (bench: Pick<Bench, 'organisation'>) => Promise<void> | void>> = {
  guard: benchGuard,
  shown: benchShown,
  imports: benchImports,
  clients: benchClients,
  peers: benchPeers,
  organisation: benchOrganisation,
  gateway: benchGateway,
  large: benchLarge,
}

async function closing(body: (closers: (() => Promise<void>)[]) => Promise<void>): Promise<void> {
  const closers: (() => Promise<void>)[] = []
  try {
    await body(closers)
  } finally {
    // What a bench closed already is closed twice: harmless.
    for (const close of closers.toReversed()) await close().catch(() => undefined)
  }
}

async function serveFor(closers: (() => Promise<void>)[]): Promise<Organisation> {
  const organisation = await openOrganisation()
  closers.push(() => organisation.remove())
  return organisation
}

async function runOnScreen(names: readonly string[], browser: Browser): Promise<void> {
  const profiles = mkdtempSync(path.join(tmpdir(), 'kith-bench-'))
  const host = process.env.KITH_ELECTRON ? 'desktop' : 'web'
  process.stdout.write(`host: ${host}\n`)
  await closing(async (closers) => {
    const open = async (name: string) => {
      const app = await openApp({ host, browser, profile: path.join(profiles, name) })
      closers.push(() => app.close())
      return { ...app, memory: () => memoryOf(app.pid) }
    }
    for (const name of names) await onScreen[name]?.({ open, organisation: () => serveFor(closers) })
  }).finally(() => rmSync(profiles, { recursive: true, force: true }))
}

async function withBrowser(body: (browser: Browser) => Promise<void>): Promise<void> {
  if (!isFresh(process.cwd()) && (await run('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1)
  await withScreenAndKeyring(async (env) => {
    Object.assign(process.env, env)
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
    try {
      await body(browser)
    } finally {
      await browser.close()
    }
  })
}

const known = [...Object.keys(withoutScreen), ...Object.keys(onScreen)]
const chosen = process.argv.slice(2)
const stranger = chosen.find((name) => !known.includes(name))
if (stranger !== undefined) throw new Error(`there is no bench ${JSON.stringify(stranger)}: ${known.join(' ')}`)
const isWanted = (name: string) => chosen.length === 0 || chosen.includes(name)
try {
  await closing(async (closers) => {
    for (const [name, bench] of Object.entries(withoutScreen))
      if (isWanted(name)) await bench({ organisation: () => serveFor(closers) })
  })
  const screened = Object.keys(onScreen).filter(isWanted)
  if (screened.length > 0) await withBrowser((browser) => runOnScreen(screened, browser))
} finally {
  removeTemplate()
}
