import type { Page } from '@playwright/test'
import { violations } from './support/axe.ts'
import { converse, expect, type Organisation, people, say, show, signIn, test } from './support/fixtures.ts'

const { alice, bob, carol, mallory } = people

async function request(page: Page, to: string, note = ''): Promise<void> {
  await show(page, 'Contacts')
  await page.getByRole('button', { name: 'Request contact' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Request contact' })
  await dialog.getByRole('textbox', { name: 'Address or invitation' }).fill(to)
  await dialog.getByRole('textbox', { name: /Note/ }).fill(note)
  await dialog.getByRole('button', { name: 'Send request' }).click()
}

const contact = (page: Page, person: { readonly name: string; readonly address: string }) =>
  page.getByRole('list', { name: 'Contacts' }).getByRole('listitem', { name: `${person.name}, ${person.address}` })

async function waitingRequest(organisation: Organisation): Promise<string> {
  const { requests } = (await organisation.command(['request', 'list'])) as { requests: { request: string }[] }
  return requests[0]?.request ?? ''
}

test('asked by address, accepted without a click elsewhere: both talk', async ({ open, organisation }) => {
  const asking = await open('carol')
  await signIn(asking, organisation, carol)
  const asked = await open('bob')
  await signIn(asked, organisation, bob)
  await show(asked.page, 'Contacts')
  await request(asking.page, bob.address, 'From the fair\nin Taipei')
  await expect(asking.page.getByText('Your request is on its way')).toBeVisible()
  await asking.page.getByRole('button', { name: /^Requests/ }).click()
  await expect(asking.page.getByRole('list', { name: 'You asked for' })).toContainText(
    `waits for ${bob.address} to accept`,
  )
  const requests = asked.page.getByRole('button', { name: /^Requests 1/ })
  await requests.click()
  const incoming = asked.page.getByRole('list', { name: 'They ask for you' })
  await expect(incoming).toContainText('From the fair')
  await incoming.getByRole('button', { name: `Accept ${carol.name}` }).click()
  await expect(contact(asked.page, carol)).toBeVisible()
  await expect(contact(asking.page, bob)).toBeVisible()
  // Told, with the way to the conversation.
  const notices = asking.page.getByRole('region', { name: 'Notices' })
  await notices.getByRole('button', { name: `Message ${bob.address}` }).click()
  await asking.page.getByRole('log', { name: 'Conversation' }).waitFor()
  await say(asking.page, 'hello Bob')
  await converse(asked.page, carol)
  await expect(asked.page.getByRole('log', { name: 'Conversation' }).getByText('hello Bob')).toBeVisible()
  await say(asked.page, 'hello Carol')
  await expect(asking.page.getByRole('log', { name: 'Conversation' }).getByText('hello Carol')).toBeVisible()
  await show(asking.page, 'Contacts')
  await asking.page.getByRole('button', { name: /^Requests/ }).click()
  await asking.page.getByText('History').click()
  await expect(asking.page.getByRole('list', { name: 'History' })).toContainText(`You asked for ${bob.address}`)
  await expect(asking.page.getByRole('list', { name: 'History' })).toContainText('accepted on')
})

test('a stranger is asked for from a refused recipient, and waits for the operator', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Mail')
  await page.getByRole('button', { name: 'Compose mail' }).first().click()
  const to = page.getByRole('combobox', { name: 'To', exact: true })
  await to.fill('new@partner.test')
  await to.press('Enter')
  await page.getByRole('button', { name: 'Request contact' }).click()
  const dialog = page.getByRole('dialog', { name: 'Request contact' })
  await expect(dialog.getByRole('textbox', { name: 'Address or invitation' })).toHaveValue('new@partner.test')
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled()
  await organisation.command(['request', 'approve', await waitingRequest(organisation), '--why', 'supplier'])
  await expect(page.getByRole('button', { name: 'Request contact' })).toHaveCount(0)
  await show(page, 'Contacts')
  await expect(contact(page, { name: 'new@partner.test', address: 'new@partner.test' })).toBeVisible()
  await request(page, 'other@partner.test')
  await organisation.command(['request', 'refuse', await waitingRequest(organisation), '--why', 'unknown'])
  await page.getByRole('button', { name: /^Requests/ }).click()
  await page.getByText('History').click()
  await expect(page.getByRole('list', { name: 'History' })).toContainText('declined on')
  await request(page, 'other@partner.test')
  await expect(page.getByRole('alert').filter({ hasText: '30 days' })).toBeVisible()
})

test('an invitation that is pasted links both', async ({ open, organisation }) => {
  const inviting = await open('bob')
  await signIn(inviting, organisation, bob)
  await show(inviting.page, 'Contacts')
  await inviting.page.getByRole('button', { name: /^Requests/ }).click()
  await inviting.page.getByRole('button', { name: 'Create invitation' }).click()
  const picture = inviting.page.getByRole('img', { name: /QR/ })
  await expect(picture).toBeVisible()
  // The page's policy let it through.
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
  const text = await inviting.page.getByRole('textbox', { name: 'Invitation' }).inputValue()
  expect(text).toMatch(/^kith-invite:[\w-]{22}$/)
  const invited = await open('mallory')
  await signIn(invited, organisation, mallory)
  await request(invited.page, text)
  await expect(contact(invited.page, bob)).toBeVisible()
  await expect(contact(inviting.page, mallory)).toBeVisible()
  await request(invited.page, text)
  await expect(invited.page.getByRole('alert').filter({ hasText: 'was used' })).toBeVisible()
})

test('requests by keyboard alone; axe finds nothing, light and dark', async ({ open, organisation }) => {
  const asking = await open('carol')
  await signIn(asking, organisation, carol)
  await request(asking.page, bob.address, 'hello')
  await expect(asking.page.getByRole('dialog')).toBeHidden()
  const { page } = asking
  for (const theme of ['Light', 'Dark']) {
    await show(page, 'Settings')
    await page.getByRole('radio', { name: theme }).click()
    await show(page, 'Contacts')
    await page.getByRole('button', { name: /^Requests/ }).click()
    await page.getByRole('button', { name: 'Create invitation' }).click()
    await expect(page.getByRole('img', { name: /QR/ })).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Request contact' }).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
  }
  const asked = await open('bob')
  await signIn(asked, organisation, bob)
  await show(asked.page, 'Contacts')
  await asked.page.getByRole('button', { name: /^Requests 1/ }).press('Enter')
  await asked.page.getByRole('button', { name: `Decline ${carol.name}` }).press('Enter')
  await expect(asked.page.getByRole('heading', { name: 'Requests' })).toBeFocused()
  await expect(asked.page.getByRole('list', { name: 'They ask for you' })).toHaveCount(0)
  await page.getByText('History').press('Enter')
  await expect(page.getByRole('list', { name: 'History' })).toContainText('declined on')
})
