import type { Page } from '@playwright/test'
import { converse, expect, type Open, people, say, show, signIn, test } from './support/fixtures.ts'
import type { Organisation } from './support/organisation.ts'

const { alice, bob, carol } = people

function lines(page: Page, text: string) {
  return page.getByRole('log', { name: 'Conversation' }).getByText(text, { exact: true })
}

async function openBoth(open: Open, organisation: Organisation) {
  const [first, second] = [await open('alice'), await open('bob')]
  await signIn(first, organisation, alice)
  await signIn(second, organisation, bob)
  await converse(first.page, bob)
  await converse(second.page, alice)
  return { first, second }
}

test('a message appears at the other side, both ways', async ({ open, organisation }) => {
  const { first, second } = await openBoth(open, organisation)
  await say(first.page, 'Lunch at noon? 午餐')
  await expect(lines(second.page, 'Lunch at noon? 午餐')).toBeVisible()
  await say(second.page, 'Yes, gladly')
  await expect(lines(first.page, 'Yes, gladly')).toBeVisible()
  await expect(
    first.page
      .getByRole('log', { name: 'Conversation' })
      .getByText(/sent|delivered|read/i)
      .first(),
  ).toBeVisible()
})

test('a draft stays with its conversation, and over a restart', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  const box = app.page.getByRole('textbox', { name: 'Message' })
  await converse(app.page, bob)
  await box.fill('half a thought 半句話')
  await converse(app.page, carol)
  await expect(box).toHaveValue('')
  await converse(app.page, bob)
  await expect(box).toHaveValue('half a thought 半句話')
  await converse(app.page, carol)
  await app.close()
  const again = await open('alice')
  await converse(again.page, bob)
  await expect(again.page.getByRole('textbox', { name: 'Message' })).toHaveValue('half a thought 半句話')
})

test('kill -9 of an app, then of the server: nothing is lost, nothing doubled', async ({ open, organisation }) => {
  const { first, second } = await openBoth(open, organisation)
  await say(first.page, 'before the fall')
  await first.kill()
  await expect(lines(second.page, 'before the fall'))
    .toHaveCount(0)
    .catch(() => undefined)
  const again = await open('alice')
  await converse(again.page, bob)
  await expect(lines(again.page, 'before the fall')).toHaveCount(1)
  await expect(lines(second.page, 'before the fall')).toHaveCount(1)

  await organisation.kill()
  await say(again.page, 'while the server was down')
  await expect(lines(again.page, 'while the server was down')).toHaveCount(1)
  await second.kill()
  await organisation.start()
  const other = await open('bob')
  await show(other.page, 'Chats')
  await converse(other.page, alice)
  await expect(lines(other.page, 'while the server was down')).toHaveCount(1, { timeout: 60_000 })
  await expect(lines(other.page, 'before the fall')).toHaveCount(1)
})

test('without a network the app starts, shows the age of the list, queues, and sends later', async ({
  open,
  organisation,
}) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  const peer = await open('bob')
  await signIn(peer, organisation, bob)
  await converse(peer.page, alice)
  await app.close()
  await organisation.stop()
  const offline = await open('alice')
  await converse(offline.page, bob)
  await say(offline.page, 'written in a tunnel')
  await expect(offline.page.getByRole('log', { name: 'Conversation' }).getByText(/waiting/i)).toBeVisible()
  await show(offline.page, 'Contacts')
  await expect(offline.page.getByRole('status', { name: 'Whitelist' })).toContainText(/Version \d+ · /)
  await organisation.start()
  await expect(lines(peer.page, 'written in a tunnel')).toHaveCount(1, { timeout: 60_000 })
})
