/** What a user does, by the roles and names on the screens: shared by the specs and the benches. */
import type { Page } from '@playwright/test'
import type { App } from './app.ts'
import type { Organisation, Person } from './organisation.ts'

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

/** Goes to a screen by the main navigation. */
export async function show(
  page: Page,
  screen: 'Chats' | 'Mail' | 'Contacts' | 'Held' | 'Administration' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: screen }).click()
}

/** Opens the conversation with a contact by its card, as one does the first time. */
export async function converse(page: Page, person: Person): Promise<void> {
  await show(page, 'Contacts')
  await page.getByRole('listitem', { name: `${person.name}, ${person.address}` }).click()
  await page.getByRole('button', { name: 'Message', exact: true }).click()
  await page.getByRole('log', { name: 'Conversation' }).waitFor()
}

/** Writes a message in the open conversation and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
}
