/** `npm run bench [-- guard whitelist messages start imports]`: measures on the desktop where Electron runs, else on the web host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from '@playwright/test'
import { type App, openApp } from '../e2e/support/app.ts'
import { removeTemplate } from '../e2e/support/organisation.ts'
import { withScreenAndKeyring } from '../scripts/lib/end-to-end.ts'
import { residentMegabytes } from './figures.ts'
import { benchGuard } from './guard.ts'
import { benchImports } from './imports.ts'
import { benchMessages } from './messages.ts'
import { benchStart } from './start.ts'
import { benchWhitelist } from './whitelist.ts'

export type MeasuredApp = App & { readonly megabytes: () => number }
/** Opens the app on a profile of this run. */
export type OpenForBench = (profile: string) => Promise<MeasuredApp>

const benches: Readonly<Record<string, (open: OpenForBench) => Promise<void> | void>> = {
  guard: benchGuard,
  whitelist: benchWhitelist,
  messages: benchMessages,
  start: benchStart,
  imports: benchImports,
}

const chosen = process.argv.slice(2)
await withScreenAndKeyring(async (env) => {
  Object.assign(process.env, env)
  const profiles = mkdtempSync(path.join(tmpdir(), 'kith-bench-'))
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  const host = process.env.KITH_ELECTRON ? 'desktop' : 'web'
  process.stdout.write(`host: ${host}\n`)
  const open: OpenForBench = async (name) => {
    const app = await openApp({ host, browser, profile: path.join(profiles, name) })
    return { ...app, megabytes: () => residentMegabytes(app.pid) }
  }
  for (const [name, bench] of Object.entries(benches))
    if (chosen.length === 0 || chosen.includes(name)) await bench(open)
  await browser.close()
  removeTemplate()
  rmSync(profiles, { recursive: true, force: true })
})
