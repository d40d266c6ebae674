import type { Page } from '@playwright/test'
import { beginGroup, carryOut, give, openTab, setUp, tabs } from './support/administering.ts'
import { codeOf } from './support/authenticator.ts'
import { violations } from './support/axe.ts'
import { expect, people, show, signIn, test } from './support/fixtures.ts'

const { alice, bob, carol, mallory } = people
type Bridge = { call(envelope: unknown): Promise<unknown> }

/** As whoever has the page in hand would: past every button. */
function callEngine(page: Page, name: string, input: unknown): Promise<unknown> {
  return page.evaluate(
    async (envelope) => {
      const { kith } = window as unknown as { readonly kith?: Bridge }
      if (kith) return kith.call(envelope)
      const authorization = `Bearer ${localStorage.getItem('kith.pass')}`
      const headers = { 'content-type': 'application/json', authorization }
      return (await fetch('/call', { method: 'POST', headers, body: JSON.stringify(envelope) })).json()
    },
    { name, input },
  )
}

test('an administrator adds a user and a group, closes an address, asks why, and undoes it', async ({
  open,
  organisation,
}) => {
  await give(organisation, 'alice', 'administrator')
  const [mine, theirs] = [await open('alice'), await open('bob')]
  await signIn(mine, organisation, alice)
  await signIn(theirs, organisation, bob)
  await show(theirs.page, 'Contacts')
  const { page } = mine
  await setUp(page, alice.password)

  await openTab(page, 'Users')
  await page.getByRole('button', { name: 'Add user' }).click()
  await page.getByLabel('User name').fill('erin')
  await page.getByLabel('Name', { exact: true }).fill('Erin Hsu')
  await page.getByRole('button', { name: 'Next' }).click()
  await carryOut(page, 'Add user', 'joins on Monday')
  await expect(page.getByRole('listitem', { name: /^Erin Hsu, erin · erin@corp.test/ })).toBeVisible()

  await beginGroup(page, { short: 'desk', title: 'Front desk', members: 'erin, bob' })
  await expect(page.getByRole('dialog').getByText('2 added, 0 changed, 0 removed')).toBeVisible()
  // Whom it touches stands there by name.
  await expect(page.getByRole('dialog').getByText('New: Erin Hsu, erin@corp.test')).toBeVisible()
  const contact = theirs.page.getByRole('listitem', { name: 'Erin Hsu, erin@corp.test' })
  await expect(contact).toBeHidden()
  await carryOut(page, 'Add members', '')
  await expect(contact).toBeVisible({ timeout: 2_000 })

  await openTab(page, 'Rules')
  await page.getByRole('button', { name: 'Add rule' }).click()
  await page.getByLabel('Address or @domain').fill('erin@corp.test')
  await page.getByRole('button', { name: 'Next' }).click()
  await carryOut(page, 'Add rule', 'not yet')
  await expect(contact).toBeHidden({ timeout: 2_000 })

  await openTab(page, 'Users')
  await page.getByRole('listitem', { name: /^Bob Lin/ }).click()
  await page.getByRole('button', { name: `Why is somebody in ${bob.name}’s list, or not?` }).click()
  await page.getByLabel('Address').fill('erin@corp.test')
  await page.getByRole('button', { name: 'Ask why' }).click()
  await expect(page.getByText(`${bob.name} does not list erin@corp.test`)).toBeVisible()
  await expect(page.getByText('Both are in the group Front desk')).toBeVisible()
  await expect(page.getByText(/A rule wins.*Nobody lists erin@corp.test/)).toBeVisible()

  await openTab(page, 'Audit log')
  await page.getByRole('listitem', { name: /^Address kept out/ }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  const undoing = page.getByRole('region', { name: 'What undoing it does' })
  await expect(undoing.getByText('Rule removed · Nobody lists erin@corp.test')).toBeVisible()
  await carryOut(page, 'Undo this change', 'she has started')
  await expect(contact).toBeVisible({ timeout: 2_000 })
  await page.getByRole('button', { name: 'Check the log' }).click()
  await expect(page.getByText(/The log holds/)).toBeVisible()
})

test('the section is clean for axe in both themes, and the keyboard alone gets in and around', async ({
  open,
  organisation,
}) => {
  await give(organisation, 'alice', 'administrator')
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Administration')
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Password', { exact: true }).focus()
  await page.keyboard.insertText(alice.password)
  await page.keyboard.press('Enter')
  await page.getByTestId('secret').waitFor()
  expect(await violations(page)).toEqual([])
  const secret = (await page.getByTestId('secret').textContent()) ?? ''
  await page.getByLabel('Code', { exact: true }).focus()
  await page.keyboard.insertText(codeOf(secret))
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Administration' }).waitFor()
  for (const theme of ['Light', 'Dark']) {
    await show(page, 'Settings')
    await page.getByRole('radio', { name: theme }).click()
    await show(page, 'Administration')
    for (const name of tabs) {
      await openTab(page, name)
      expect([name, await violations(page)]).toEqual([name, []])
    }
  }
  await openTab(page, 'Users')
  await page.getByRole('searchbox').focus()
  await page.keyboard.insertText('mallory')
  const row = page.getByRole('listitem', { name: /Mallory Reed/ })
  await expect(page.getByRole('list', { name: 'Users' }).getByRole('listitem')).toHaveCount(1)
  await page.keyboard.press('ArrowDown')
  await expect(row).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: mallory.name })).toBeVisible()
  await page.getByRole('button', { name: 'Disable' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toContainText('signed out everywhere at once')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})

test('recovery codes are shown once, and one opens in place of the authenticator', async ({ open, organisation }) => {
  await give(organisation, 'alice', 'administrator')
  const app = await open('alice')
  await signIn(app, organisation, alice)
  const { page } = app
  await setUp(page, alice.password)
  const figure = page.getByRole('figure', { name: 'Recovery codes' })
  const codes = ((await figure.locator('code').textContent()) ?? '').trim().split('\n')
  expect(codes).toHaveLength(10)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await expect(figure).toBeHidden()
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible()
  for (const left of ['9 recovery codes are left.', '']) {
    await page.getByRole('button', { name: 'Close the administration' }).click()
    await page.getByLabel('Code', { exact: true }).fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    // The second time it counts no more.
    if (left === '') await expect(page.getByRole('alert').getByText('Wrong code')).toBeVisible()
    else await expect(page.getByText(left)).toBeVisible()
  }
})

test('an auditor reads and has no button that changes anything', async ({ open, organisation }) => {
  await give(organisation, 'carol', 'auditor')
  const app = await open('carol')
  const { page } = app
  await signIn(app, organisation, carol)
  await show(page, 'Administration')
  await page.getByLabel('Password', { exact: true }).fill('not this one')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByRole('alert').getByText('Wrong name or password')).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill(carol.password)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const harmless = /^(Close the administration|Check the log|Ask why|Look again|Account|Contacts|All users|)$/
  for (const name of tabs) {
    await openTab(page, name)
    const names = await page.locator('.shell-detail button').allTextContents()
    expect(names.filter((text) => !harmless.test(text) && !tabs.some((tab) => tab === text))).toEqual([])
  }
  await openTab(page, 'Users')
  await page.getByRole('listitem', { name: /^Bob Lin/ }).click()
  await expect(page.getByRole('heading', { name: 'Devices' })).toBeVisible()
  for (const verb of ['Change', 'Disable', 'Revoke', 'Approve'])
    await expect(page.getByRole('button', { name: verb, exact: true })).toHaveCount(0)
})

test('an employee sees no section, and the engine refuses what only the page hid', async ({ open, organisation }) => {
  const app = await open('bob')
  const { page } = app
  await signIn(app, organisation, bob)
  await show(page, 'Contacts')
  await expect(page.getByRole('listitem', { name: `${alice.name}, ${alice.address}` })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Administration' })).toHaveCount(0)
  const answer = await callEngine(page, 'admin.change', {
    changes: [{ op: 'role.set', user: 'bob', role: 'administrator' }],
    why: '',
    dry: false,
  })
  expect(answer).toEqual({ ok: false, failure: { kind: 'notAllowed' } })
})
