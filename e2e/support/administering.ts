/** What an administrator does: shared by the specs of that section. */
import { expect, type Page } from '@playwright/test'
import { codeOf } from './authenticator.ts'
import { show } from './journeys.ts'
import type { Organisation } from './organisation.ts'

export const tabs = ['Overview', 'Users', 'Groups', 'Rules', 'Policy', 'Requests', 'Audit log', 'Why', 'Keys'] as const

/** Gives a user a role, by the command line. */
export function give(organisation: Organisation, user: string, role: 'auditor' | 'operator' | 'administrator') {
  return organisation.command(['role', 'set', user, role])
}

/** Opens a tab of the administration. */
export async function openTab(page: Page, name: (typeof tabs)[number]): Promise<void> {
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('button', { name }).click()
}

/** Sets up an authenticator, up to the open administration; gives its secret. */
export async function setUp(page: Page, password: string): Promise<string> {
  await show(page, 'Administration')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByRole('figure', { name: /QR code/ })).toBeVisible()
  const secret = (await page.getByTestId('secret').textContent()) ?? ''
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret))
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('navigation', { name: 'Administration' }).waitFor()
  return secret
}

/** Gives the reason, does it by the button that names the deed, and closes the dialog that says so. */
export async function carryOut(page: Page, deed: string, why: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(why)
  await dialog.getByRole('button', { name: deed, exact: true }).click()
  await expect(dialog.getByText('Done.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialog).toBeHidden()
}

/** Makes a group, and asks to add these users: the dialog shows what that comes to. */
export async function beginGroup(page: Page, { title, short, members }: NewGroup): Promise<void> {
  await openTab(page, 'Groups')
  await page.getByRole('button', { name: 'Add group' }).click()
  await page.getByLabel('Short name').fill(short)
  await page.getByLabel('Title').fill(title)
  await page.getByRole('button', { name: 'Next' }).click()
  await carryOut(page, 'Save group', '')
  await page.getByRole('listitem', { name: new RegExp(`^${title}`) }).click()
  await page.getByRole('button', { name: 'Add members' }).click()
  await page.getByLabel('User names').fill(members)
  await page.getByRole('button', { name: 'Next' }).click()
}

type NewGroup = { readonly title: string; readonly short: string; readonly members: string }
