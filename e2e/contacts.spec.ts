import { expect, people, show, signIn, test } from './support/fixtures.ts'

const { alice, bob } = people

test('contacts show every attribute, and are found by any of them', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Contacts')
  await page.getByRole('listitem', { name: `${bob.name}, ${bob.address}` }).click()
  for (const text of ['阿柏', 'key account', 'Sales', bob.address])
    await expect(page.getByText(text).last()).toBeVisible()
  const search = page.getByRole('searchbox', { name: 'Search contacts' })
  const items = page.getByRole('list', { name: 'Contacts' }).getByRole('listitem')
  for (const [query, found] of [
    ['柏', 1],
    ['BOB@', 1],
    ['技術', 1],
    ['support', 1],
    ['nobody', 0],
    ['', 2],
  ] as const) {
    await search.fill(query)
    await expect(items).toHaveCount(found)
  }
})

test('refresh reports what was added, changed and removed', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Contacts')
  await expect(page.getByRole('status', { name: 'Whitelist' })).toContainText(/Version \d+/)
  await expect(page.getByRole('listitem')).toHaveCount(2)
  await expect(page.getByRole('progressbar')).toHaveCount(0)
  await page.getByRole('button', { name: 'Refresh contacts' }).click()
  // The list is shown before its receipt is acknowledged: a click in between joins that sync, and tells what it brought.
  await expect(page.getByText(/[02] added, 0 changed, 0 removed|up to date/i)).toBeVisible()
})

test('a change on the server shows without a click', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Contacts')
  await expect(page.getByRole('listitem')).toHaveCount(2)
  const dora = ['dora@corp.test', '--name', '朵拉 Dora', '--group', 'Sales']
  await organisation.command(['contact', 'add', ...dora, '--user', 'alice'])
  await expect(page.getByRole('listitem', { name: '朵拉 Dora, dora@corp.test' })).toBeVisible()
  await organisation.command(['contact', 'set', bob.address, '--user', 'alice', '--name', 'Robert Lin'])
  await expect(page.getByRole('listitem', { name: `Robert Lin, ${bob.address}` })).toBeVisible()
  await organisation.command(['contact', 'remove', bob.address, '--user', 'alice'])
  await expect(page.getByRole('listitem', { name: `Robert Lin, ${bob.address}` })).toBeHidden()
})

test('a change made while the app was closed is there after the start', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  await app.close()
  const erin = ['erin@corp.test', '--name', 'Erin Hsu']
  await organisation.command(['contact', 'add', ...erin, '--user', 'alice'])
  const { page } = await open('alice')
  await show(page, 'Contacts')
  await expect(page.getByRole('listitem', { name: 'Erin Hsu, erin@corp.test' })).toBeVisible()
})

test('100,000 contacts scroll to the end and are searched', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  const rows = Array.from({ length: 100_000 }, (_, i) =>
    JSON.stringify({ name: `Person ${String(i).padStart(6, '0')}`, address: `p${i}@many.test` }),
  )
  await organisation.command(['contact', 'add', '--user', 'alice', '--from', '-'], `${rows.join('\n')}\n`)
  await signIn(app, organisation, alice)
  await show(page, 'Contacts')
  const list = page.getByRole('list', { name: 'Contacts' })
  await expect(list.getByRole('listitem').first()).toBeVisible()
  await list.getByRole('listitem').first().focus()
  await page.keyboard.press('End')
  await expect(page.getByRole('listitem', { name: 'Person 099999, p99999@many.test' })).toBeVisible()
  await page.getByRole('searchbox', { name: 'Search contacts' }).fill('p54321@')
  await expect(list.getByRole('listitem')).toHaveCount(1)
})
