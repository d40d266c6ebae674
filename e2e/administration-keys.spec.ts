import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { beginGroup, carryOut, give, openTab, setUp } from './support/administering.ts'
import { violations } from './support/axe.ts'
import { expect, fillSignIn, people, show, signIn, test } from './support/fixtures.ts'

const { alice, bob } = people

/** Gives the reason, replaces a key by the button of this name, and closes the dialog that tells the manifest. */
async function replace(page: Page, deed: string, why: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(why)
  await dialog.getByRole('button', { name: deed, exact: true }).click()
  await expect(dialog.getByText(/Manifest \d+ is in force/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialog).toBeHidden()
}

test('keys are replaced from the page, and with the root key away the page tells the command', async ({
  open,
  organisation,
}) => {
  await give(organisation, 'alice', 'administrator')
  const [mine, theirs] = [await open('alice'), await open('bob')]
  await signIn(mine, organisation, alice)
  await signIn(theirs, organisation, bob)
  const { page } = mine
  await setUp(page, alice.password)
  await openTab(page, 'Keys')
  for (const name of ['Freshness key', 'Policy key', 'Server key', 'Gateway key']) {
    const key = page.getByRole('region', { name })
    await key.getByRole('button', { name: 'Replace', exact: true }).click()
    await replace(page, 'Replace', 'every year')
    await expect(key.getByText(/still accepted/)).toBeVisible()
  }
  const policy = page.getByRole('region', { name: 'Policy key' })
  await policy.getByRole('button', { name: 'Replace after a theft' }).click()
  await replace(page, 'Replace after a theft', 'a stick was lost')
  await expect(policy.getByText(/still accepted/)).toBeHidden()
  // Whoever is connected goes on: lists are believed under the new keys.
  await beginGroup(page, { short: 'desk', title: 'Front desk', members: 'mallory, bob' })
  await carryOut(page, 'Add members', '')
  await show(theirs.page, 'Contacts')
  await expect(theirs.page.getByRole('listitem', { name: /^Mallory Reed/ })).toBeVisible()

  const file = path.join(mkdtempSync(path.join(tmpdir(), 'kith-root-')), 'root.key')
  const passphrase = 'a passphrase for the root'
  await organisation.command(['key', 'root', 'export', '--to', file], `${passphrase}\n`)
  await openTab(page, 'Keys')
  const server = page.getByRole('region', { name: 'Server key' })
  const command = server.getByText('kith-server key retire server --root-key FILE')
  await expect(command).toBeVisible()
  await expect(server.getByRole('button', { name: 'Replace' })).toHaveCount(0)
  await organisation.command(['key', 'retire', 'server', '--root-key', file], `${passphrase}\n`)
  rmSync(path.dirname(file), { recursive: true })
  await page.getByRole('button', { name: 'Look again' }).click()
  await expect(server.getByText('1 retired')).toBeVisible()
  await expect(command).toBeHidden()
})

test('whoever is added gets, in the same dialog, a password and a code that let them in', async ({
  open,
  organisation,
}) => {
  await give(organisation, 'alice', 'administrator')
  const app = await open('alice')
  await signIn(app, organisation, alice)
  const { page } = app
  await setUp(page, alice.password)
  await openTab(page, 'Policy')
  await page.getByRole('switch', { name: 'Every change needs a reason' }).click()
  await carryOut(page, 'Change policy', 'the auditors ask for it')
  await openTab(page, 'Users')
  await page.getByRole('button', { name: 'Add user' }).click()
  await page.getByLabel('User name').fill('erin')
  await page.getByLabel('Name', { exact: true }).fill('Erin Hsu')
  await page.getByRole('button', { name: 'Next' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Add user' }).click()
  // Nothing is done without a reason.
  await expect(dialog.getByLabel('Reason')).toBeFocused()
  await dialog.getByLabel('Reason').fill('joins on Monday')
  await dialog.getByRole('button', { name: 'Add user' }).click()
  await expect(dialog.getByRole('figure', { name: /QR code/ })).toBeVisible()
  expect(await violations(page)).toEqual([])
  const given = (name: string) => dialog.getByRole('figure', { name, exact: true }).locator('code').textContent()
  const [password, code] = [(await given('Password')) ?? '', (await given('Enrolment code')) ?? '']
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(page.getByText(password)).toHaveCount(0)
  const theirs = await open('erin')
  await fillSignIn(theirs.page, code, 'erin', password)
  await expect(theirs.page.getByRole('navigation', { name: 'Main' })).toBeVisible()
})
