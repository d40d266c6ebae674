/** What a day at the desk needs: drafts that are not lost, keys, counts, and who is signed in. */
import type { Page } from '@playwright/test'
import { violations } from './support/axe.ts'
import { converse, expect, people, say, show, signIn, test } from './support/fixtures.ts'

const { alice, bob } = people

const compose = (page: Page) => page.getByRole('button', { name: 'Compose mail' }).click()
const body = (page: Page) => page.getByRole('textbox', { name: 'Body' })
const drafts = (page: Page) => page.getByRole('list', { name: 'Drafts' }).getByRole('listitem')

async function begin(page: Page, to: string, subject: string, text: string): Promise<void> {
  await compose(page)
  await expect(body(page)).toHaveValue('')
  await page.getByRole('combobox', { name: 'To' }).fill(to)
  await page.getByRole('combobox', { name: 'To' }).press('Enter')
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject)
  await body(page).fill(text)
  await expect(drafts(page).filter({ hasText: subject })).toBeVisible()
}

test('begun mails are a list, several at once, over a restart and a lock; Discard is undone', async ({
  open,
  organisation,
}) => {
  const first = await open('alice')
  await signIn(first, organisation, alice)
  await show(first.page, 'Mail')
  await begin(first.page, bob.address, 'Price list', 'half a thought 半句話')
  await begin(first.page, bob.address, 'Lunch', 'at noon?')
  await expect(drafts(first.page)).toHaveCount(2)
  expect(await violations(first.page)).toEqual([])
  await first.kill()

  const { page } = await open('alice')
  await show(page, 'Mail')
  await expect(drafts(page)).toHaveCount(2)
  await drafts(page).filter({ hasText: 'Price list' }).click()
  await expect(body(page)).toHaveValue('half a thought 半句話')
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(drafts(page)).toHaveCount(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(body(page)).toHaveValue('half a thought 半句話')
  await expect(drafts(page)).toHaveCount(2)

  await page.keyboard.press('Control+k')
  await page.keyboard.insertText('Lock Kith')
  await page.keyboard.press('Enter')
  await page.getByLabel('Password', { exact: true }).fill(alice.password)
  await page.getByRole('button', { name: 'Unlock' }).click()
  await show(page, 'Mail')
  await expect(drafts(page)).toHaveCount(2)
  await drafts(page).filter({ hasText: 'Lunch' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(
    page.getByRole('list', { name: 'Mail' }).getByRole('listitem').filter({ hasText: 'Lunch' }),
  ).toBeVisible()
  await expect(drafts(page)).toHaveCount(1)
})

test('unread mail counts at Mail, unread chat at Chats, and a mail of a conversation opens as mail', async ({
  open,
  organisation,
}) => {
  const [mine, theirs] = [await open('alice'), await open('bob')]
  await signIn(mine, organisation, alice)
  await signIn(theirs, organisation, bob)
  const { page } = mine
  const nav = page.getByRole('navigation', { name: 'Main' })
  await show(theirs.page, 'Mail')
  await begin(theirs.page, alice.address, 'Price list', 'see below')
  await theirs.page.getByRole('button', { name: 'Send' }).click()
  await expect(nav.getByRole('button', { name: /Mail/ }).getByText('1')).toBeVisible({ timeout: 60_000 })
  await expect(nav.getByRole('button', { name: /Chats/ }).getByText('1')).toHaveCount(0)
  await converse(theirs.page, alice)
  await say(theirs.page, 'did you see it?')
  await expect(nav.getByRole('button', { name: /Chats/ }).getByText('1')).toBeVisible({ timeout: 60_000 })
  await show(page, 'Mail')
  await page.getByRole('list', { name: 'Mail' }).getByRole('listitem').click()
  await expect(nav.getByRole('button', { name: /Mail/ }).getByText('1')).toHaveCount(0)
  await expect(nav.getByRole('button', { name: /Chats/ }).getByText('1')).toBeVisible()
  await converse(page, bob)
  await page.getByRole('button', { name: 'Open mail' }).click()
  await expect(page.getByRole('button', { name: 'Reply', exact: true })).toBeVisible()
})

test('keys go everywhere, and ? shows them', async ({ open, organisation, host }) => {
  const { page } = await open('alice').then(async (app) => {
    await signIn(app, organisation, alice)
    return app
  })
  const nav = page.getByRole('navigation', { name: 'Main' })
  await expect(nav).toContainText(alice.name)
  await expect(page).toHaveTitle(new RegExp(alice.name, 'u'))
  for (const [index, name] of ['Chats', 'Mail', 'Contacts', 'Held', 'Settings'].entries()) {
    await page.keyboard.press(`Control+${index + 1}`)
    await expect(nav.getByRole('button', { name })).toHaveAttribute('aria-current', 'page')
  }
  await page.keyboard.press('Control+3')
  await page.keyboard.press('Control+f')
  await expect(page.getByRole('searchbox', { name: 'Search contacts' })).toBeFocused()
  await page.keyboard.insertText('nobody@else.example')
  await expect(page.getByText('Nobody matches')).toBeVisible()
  await page.getByRole('button', { name: 'Request contact' }).last().click()
  await expect(page.getByRole('dialog').getByRole('textbox').first()).toHaveValue('nobody@else.example')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+,')
  await expect(nav.getByRole('button', { name: 'Settings' })).toHaveAttribute('aria-current', 'page')
  await page.keyboard.press('Control+n')
  await expect(page.getByRole('combobox', { name: 'To' })).toBeFocused()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Control+5')
  await page.keyboard.press('?')
  const map = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await expect(map.getByText('Ctrl+K', { exact: true })).toBeVisible()
  await expect(map.getByText(host === 'desktop' ? 'Ctrl+N' : 'Alt+N', { exact: true })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('option', { selected: true })).toHaveCount(1)
  expect(await violations(page)).toEqual([])
})
