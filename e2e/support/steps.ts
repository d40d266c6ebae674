/** What is done on the way to a screen of the preview: pressed, written, or laid down in its fake engine. */
import type { Page } from '@playwright/test'

/** One thing that is done on the way to a screen. */
export type Step = (page: Page) => Promise<unknown>

/** The preview's fake engine, as far as it is changed here. */
type Fake = {
  readonly session: object
  readonly failures: Map<string, object>
  readonly contacts: { change(next: () => readonly object[]): number }
  readonly messages: readonly object[]
  held: readonly object[]
  heldUnseen: number
  kept: readonly object[]
  mailDrafts: readonly object[]
  readonly administration: { outcome: object }
  emit(name: string, value: unknown): void
}

/** Presses the first button of that name. */
export const press =
  (name: string | RegExp): Step =>
  (page) =>
    page.getByRole('button', { name }).first().click()
/** Presses the first row whose name fits. */
export const row =
  (name: RegExp): Step =>
  (page) =>
    page.getByRole('listitem', { name }).first().click()
/** Writes into the field of that label. */
export const fill =
  (label: string, text: string): Step =>
  (page) =>
    page.getByLabel(label, { exact: true }).first().fill(text)
/** Presses a key, wherever the focus is. */
export const key =
  (name: string): Step =>
  (page) =>
    page.keyboard.press(name)
/** Changes what the fake engine has or answers. It runs in the page, so it knows nothing from around it. */
export const lay =
  (change: (fake: Fake) => void): Step =>
  (page) =>
    page.evaluate(`(${String(change)})(window.fake)`)
/** Lays one failure down for the next call of that name. */
export const fail =
  (call: string, failure: object): Step =>
  (page) =>
    page.evaluate(`window.fake.failures.set('${call}', ${JSON.stringify(failure)})`)
/** A section of the main window. */
export const go =
  (name: string): Step =>
  (page) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name }).click()
/** A tab of the administration. */
export const tab =
  (name: string): Step =>
  (page) =>
    page.getByRole('navigation', { name: 'Administration' }).getByRole('button', { name, exact: true }).click()
/** Unfolds the first thing that is folded. */
export const unfold: Step = (page) => page.locator('summary').first().click()
/** Writes into a field of the dialog. */
export const inField =
  (label: string, text: string): Step =>
  (page) =>
    page.getByRole('dialog').getByLabel(label, { exact: true }).fill(text)
/** Sends the form of the dialog, whatever its button is called. */
export const submit: Step = (page) => page.getByRole('dialog').locator('button[type="submit"]').click()
/** Writes letter by letter, for what searches meanwhile. */
export const type =
  (name: string | RegExp, text: string): Step =>
  (page) =>
    page.getByRole('combobox', { name }).first().pressSequentially(text)
/** A button whose name the navigation has too. */
export const inDetail =
  (name: string): Step =>
  (page) =>
    page.getByRole('main').getByRole('button', { name, exact: true }).click()
