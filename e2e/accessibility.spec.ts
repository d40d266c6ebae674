import type { Page } from '@playwright/test'
import { violations } from './support/axe.ts'
import { converse, expect, people, say, show, signIn, test } from './support/fixtures.ts'

const { alice, bob } = people
const screens = ['Chats', 'Mail', 'Contacts', 'Held', 'Settings'] as const

test('axe finds nothing on any screen, light and dark', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await violations(page)).toEqual([])
  await signIn(app, organisation, alice)
  await converse(page, bob)
  await say(page, 'something to look at')
  for (const theme of ['Light', 'Dark']) {
    await show(page, 'Settings')
    await page.getByRole('radio', { name: theme }).click()
    for (const screen of screens) {
      await show(page, screen)
      if (screen === 'Contacts') await page.getByRole('listitem').first().click()
      expect(await violations(page)).toEqual([])
    }
    await converse(page, bob)
    expect(await violations(page)).toEqual([])
  }
})

test('keyboard alone: sign in, find a contact, write, and refresh', async ({ open, organisation }) => {
  const { page } = await open('alice')
  await page.getByRole('textbox', { name: 'Server' }).focus()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(await organisation.enrolment('alice'))
  await page.keyboard.press('Tab')
  await page.keyboard.insertText('alice')
  await page.keyboard.press('Tab')
  await page.keyboard.insertText(alice.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.insertText('Bob')
  await expect(page.getByRole('option').filter({ hasText: 'Bob' }).first()).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByText(bob.address).first()).toBeVisible()
  await page.keyboard.press('Control+r')
  await expect(page.getByText(/0 added, 0 changed, 0 removed|up to date/i)).toBeVisible()
})

test('the keyboard is never lost, and a notice never covers the composer', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await converse(page, bob)
  const box = page.getByRole('textbox', { name: 'Message' })
  await expect(box).toBeFocused()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(box).toBeFocused()
  await page.keyboard.press('Control+r')
  const notice = page.getByRole('button', { name: 'Dismiss' })
  await expect(notice).toBeVisible()
  const [shown, written] = [await notice.locator('..').boundingBox(), await box.boundingBox()]
  const apart = (shown?.x ?? 0) + (shown?.width ?? 0) <= (written?.x ?? 0) || (shown?.y ?? 0) < (written?.y ?? 0) - 40
  expect(apart).toBe(true)
  await show(page, 'Mail')
  await page.getByRole('button', { name: 'Compose mail' }).click()
  await expect(page.getByRole('combobox', { name: 'To' })).toBeFocused()
})

/** What reaches beyond the window's edge: nobody could scroll to it. */
function beyondTheEdge(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120)),
  )
}

test('a narrow window with text twice as large shows all of every screen', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await page.setViewportSize({ width: 480, height: 760 })
  const enlarge = () =>
    page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
      window.dispatchEvent(new Event('resize'))
    })
  await enlarge()
  expect(await beyondTheEdge(page)).toEqual([])
  await signIn(app, organisation, alice)
  for (const screen of screens) {
    await show(page, screen)
    expect(await beyondTheEdge(page)).toEqual([])
  }
  await converse(page, bob)
  await say(page, 'a-word-that-is-much-too-long-for-one-line-of-this-window')
  await expect(page.getByRole('log').getByText('a-word-that-is')).toBeVisible()
  expect(await beyondTheEdge(page)).toEqual([])
  await page.getByRole('button', { name: 'Back' }).click()
  await show(page, 'Mail')
  await page.getByRole('button', { name: 'Compose mail' }).click()
  await page.getByRole('combobox', { name: 'To' }).fill('somebody.with.a.long.address@elsewhere.example')
  await page.getByRole('combobox', { name: 'To' }).press('Enter')
  await expect(page.getByText(/not in your whitelist/)).toBeVisible()
  expect(await beyondTheEdge(page)).toEqual([])
})

test('the language changes every screen at once and is remembered', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  for (const [language, contacts] of [
    ['繁體中文', '聯絡人'],
    ['简体中文', '联系人'],
  ] as const) {
    await page.getByRole('navigation').getByRole('button').last().click()
    await page.getByRole('radio', { name: language }).click()
    await expect(page.getByRole('navigation').getByRole('button', { name: contacts })).toBeVisible()
    expect(await violations(page)).toEqual([])
  }
  await app.close()
  const again = await open('alice')
  await expect(again.page.getByRole('navigation').getByRole('button', { name: '联系人' })).toBeVisible()
})
