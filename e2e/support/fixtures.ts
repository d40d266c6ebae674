/** The test function of every spec: a fresh organisation, fresh profiles, and apps that are ended whatever happens. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, chromium, type Page } from '@playwright/test'
import { type App, type HostName, openApp } from './app.ts'
import { type Organisation, type Person, startOrganisation } from './organisation.ts'

export { expect } from '@playwright/test'
export { people } from './organisation.ts'

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
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
  organisation: async ({}, use) => {
    const organisation = await startOrganisation()
    await use(organisation)
    await organisation.remove()
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern
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

/** Fills the form of the first screen and presses its button. */
export async function fillSignIn(page: Page, server: string, user: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Server' }).fill(server)
  await page.getByRole('textbox', { name: 'User name' }).fill(user)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Signs a person in with an enrolment code, up to the main window. */
export async function signIn(app: App, organisation: Organisation, person: Person): Promise<void> {
  await fillSignIn(app.page, await organisation.enrolment(person.user), person.user, person.password)
  await app.page.getByRole('navigation', { name: 'Main' }).waitFor()
}

export async function show(page: Page, screen: 'Chats' | 'Mail' | 'Contacts' | 'Held' | 'Settings'): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: screen }).click()
}

/** Opens the conversation with a contact by its card, as one does the first time. */
export async function converse(page: Page, person: Person): Promise<void> {
  await show(page, 'Contacts')
  await page.getByRole('listitem', { name: `${person.name}, ${person.address}` }).click()
  await page.getByRole('button', { name: 'Message', exact: true }).click()
  await page.getByRole('log', { name: 'Conversation' }).waitFor()
}

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}
