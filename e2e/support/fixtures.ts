/** The test function of every spec: a fresh organisation, fresh profiles, and apps that are ended whatever happens. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, chromium } from '@playwright/test'
import { type App, type HostName, openApp } from './app.ts'
import { type Organisation, startOrganisation } from './organisation.ts'

export { expect } from '@playwright/test'
export { converse, fillSignIn, say, show, signIn } from './journeys.ts'
export { type Organisation, people } from './organisation.ts'

type OpenOptions = { readonly env?: Readonly<Record<string, string>>; readonly arguments?: readonly string[] }
/** Opens the app on the profile of that name; the same name twice is the same profile. */
export type Open = (profile: string, options?: OpenOptions) => Promise<App>

type Fixtures = {
  readonly host: HostName
  readonly organisation: Organisation
  readonly profiles: string
  readonly open: Open
}

export const test = base.extend<Fixtures>({
  host: ['web', { option: true }],
  browser: [
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  organisation: async ({}, use) => {
    const organisation = await startOrganisation()
    await use(organisation)
    await organisation.remove()
  },
  profiles: async ({}, use) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kith-profiles-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
  open: async ({ host, browser, profiles }, use) => {
    const opened: App[] = []
    await use(async (name, options = {}) => {
      const app = await openApp({ host, browser, profile: path.join(profiles, name), ...options })
      opened.push(app)
      return app
    })
    await Promise.all(opened.map((app) => app.close().catch(() => undefined)))
  },
})
