/** `npm run bench [-- guard whitelist messages start imports]`: measures on the desktop where Electron runs, else on the web host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { type App, openApp } from '../e2e/support/app.ts'
import { type Organisation, removeTemplate, startOrganisation } from '../e2e/support/organisation.ts'
import { withScreenAndKeyring } from '../scripts/lib/end-to-end.ts'
import { isFresh } from '../scripts/lib/freshness.ts'
import { run } from '../scripts/lib/processes.ts'
import { type Memory, memoryOf } from './figures.ts'
import { benchGuard } from './guard.ts'
import { benchImports } from './imports.ts'
import { benchMessages } from './messages.ts'
import { benchStart } from './start.ts'
import { benchWhitelist } from './whitelist.ts'

export type MeasuredApp = App & { readonly memory: () => Memory }
/** What a bench is given; everything that it opens is closed at the end of the run, whatever happens. */
export type Bench = {
  /** Opens the app on a profile of this run. */
  readonly open: (profile: string) => Promise<MeasuredApp>
  readonly organisation: () => Promise<Organisation>
}

const benches: Readonly<Record<string, (bench: Bench) => Promise<void> | void>> = {
  guard: benchGuard,
  whitelist: benchWhitelist,
  messages: benchMessages,
  start: benchStart,
  imports: benchImports,
}

async function runBenches(names: readonly string[], browser: Browser): Promise<void> {
  const profiles = mkdtempSync(path.join(tmpdir(), 'kith-bench-'))
  const host = process.env.KITH_ELECTRON ? 'desktop' : 'web'
  process.stdout.write(`host: ${host}\n`)
  const closers: (() => Promise<void>)[] = []
  const bench: Bench = {
    open: async (name) => {
      const app = await openApp({ host, browser, profile: path.join(profiles, name) })
      closers.push(() => app.close())
      return { ...app, memory: () => memoryOf(app.pid) }
    },
    organisation: async () => {
      const organisation = await startOrganisation()
      closers.push(() => organisation.remove())
      return organisation
    },
  }
  try {
    for (const name of names) await benches[name]?.(bench)
  } finally {
    // What a bench closed already is closed twice: harmless.
    for (const close of closers.toReversed()) await close().catch(() => undefined)
    removeTemplate()
    rmSync(profiles, { recursive: true, force: true })
  }
}

const chosen = process.argv.slice(2)
const names = Object.keys(benches).filter((name) => chosen.length === 0 || chosen.includes(name))
if (!isFresh(process.cwd()) && (await run('electron-vite', ['build', '--logLevel', 'warn'])) !== 0) process.exit(1)
await withScreenAndKeyring(async (env) => {
  Object.assign(process.env, env)
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    await runBenches(names, browser)
  } finally {
    await browser.close()
  }
})
