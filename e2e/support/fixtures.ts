/** The test function of every spec: a fresh organisation, fresh profiles, and apps that are ended whatever happens. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, type ConsoleMessage, chromium, expect, type Page } from '@playwright/test'
import { type App, type HostName, openApp } from './app.ts'
import { type Organisation, openOrganisation, removeTemplate } from './organisation.ts'

export { converse, fillSignIn, say, show, signIn } from './journeys.ts'
export { type Organisation, people } from './organisation.ts'
export { expect }

type OpenOptions = { readonly env?: Readonly<Record<string, string>>; readonly arguments?: readonly string[] }
/** Opens the app on the profile of that name; the same name twice is the same profile. */
export type Open = (profile: string, options?: OpenOptions) => Promise<App>

type Fixtures = {
  readonly host: HostName
  readonly organisation: Organisation
  readonly profiles: string
  readonly open: Open
}

/** Collects what the page's policy refused, also before the page was in our hands. */
async function watchPolicy(page: Page, refused: Set<string>): Promise<void> {
  const look = (message: ConsoleMessage) => {
    if (/Content Security Policy|requires 'Trusted/.test(message.text())) refused.add(message.text())
  }
  page.on('console', look)
  for (const message of await page.consoleMessages()) look(message)
}

export const test = base.extend<Fixtures>({
  host: ['web', { option: true }],
  browser: [
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
      await use(browser)
      await browser.close()
      removeTemplate()
    },
    { scope: 'worker' },
  ],
  organisation: async ({}, use) => {
    const organisation = await openOrganisation()
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
    const refused = new Set<string>()
    await use(async (name, options = {}) => {
      const app = await openApp({ host, browser, profile: path.join(profiles, name), ...options })
      opened.push(app)
      await watchPolicy(app.page, refused)
      return app
    })
    await Promise.all(opened.map((app) => app.close().catch(() => undefined)))
    expect([...refused], "what the page's policy refused").toEqual([])
  },
})
