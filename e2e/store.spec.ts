import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { converse, expect, people, say, show, signIn, test } from './support/fixtures.ts'

const { alice, bob } = people

/** Every file below a folder that holds one of the markers, in UTF-8 or UTF-16. */
function filesWith(folder: string, markers: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file)
      return markers.some((text) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')))
    })
}

test('the profile holds no contact, message or password in plain text', async ({ open, organisation, profiles }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  await converse(app.page, bob)
  await say(app.page, 'zebra-crossing-4471')
  await expect(app.page.getByText('zebra-crossing-4471').first()).toBeVisible()
  await app.page.getByRole('textbox', { name: 'Message' }).fill('draft-of-giraffe-8852')
  const markers = [
    'bob@corp.test',
    'Bob Lin',
    '林柏',
    'key account',
    'zebra-crossing-4471',
    'draft-of-giraffe-8852',
    alice.password,
  ]
  expect(filesWith(profiles, markers)).toEqual([])
  await app.close()
  expect(filesWith(profiles, markers)).toEqual([])
})

test('a keychain that is gone is said clearly, loses nothing, and works again', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  await converse(app.page, bob)
  await say(app.page, 'kept through it all')
  await expect(app.page.getByText('kept through it all').first()).toBeVisible()
  await app.close()

  const without = await open('alice', { env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' } })
  await expect(without.page.getByRole('alert')).toContainText(/keychain/i)
  await without.close()

  const again = await open('alice')
  await converse(again.page, bob)
  await expect(again.page.getByRole('log', { name: 'Conversation' }).getByText('kept through it all')).toBeVisible()
})

test('without a keychain a passphrase is asked, never silence', async ({ open, organisation }) => {
  const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }
  const app = await open('alice', { env })
  const { page } = app
  await page.getByRole('textbox', { name: 'Server' }).fill(await organisation.enrolment('alice'))
  await page.getByRole('textbox', { name: 'User name' }).fill('alice')
  await page.getByLabel('Password', { exact: true }).fill(alice.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
  await show(page, 'Settings')
  await expect(page.getByText(/passphrase/i).first()).toBeVisible()
  await app.close()
  const again = await open('alice', { env })
  await again.page.getByLabel('Passphrase', { exact: true }).fill('wrong passphrase')
  await again.page.getByRole('button', { name: 'Unlock' }).click()
  await expect(again.page.getByRole('alert')).toBeVisible()
  await again.page.getByLabel('Passphrase', { exact: true }).fill('correct horse battery')
  await again.page.getByRole('button', { name: 'Unlock' }).click()
  await expect(again.page.getByRole('navigation', { name: 'Main' })).toBeVisible()
})
