import { expect, fillSignIn, people, show, signIn, test } from './support/fixtures.ts'

const { alice } = people

test('the right password leads to the contacts, and a restart asks for nothing', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  await show(app.page, 'Contacts')
  await expect(app.page.getByRole('list', { name: 'Contacts' }).getByRole('listitem')).toHaveCount(2)
  await app.close()
  const again = await open('alice')
  await show(again.page, 'Contacts')
  await expect(again.page.getByRole('listitem', { name: 'Carol Wu 吳凱若, carol@corp.test' })).toBeVisible()
})

test('a wrong password and an unknown user get the same words', async ({ open, organisation }) => {
  const { page } = await open('alice')
  await fillSignIn(page, await organisation.enrolment('alice'), 'alice', 'not-the-password')
  await expect(page.getByRole('alert')).toContainText(/name or password/i)
  const words = await page.getByRole('alert').innerText()
  await fillSignIn(page, await organisation.enrolment('alice'), 'nobody-here', 'not-the-password')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled()
  await expect(page.getByRole('alert')).toHaveText(words)
})

test('too many attempts lock the account and count down', async ({ open, organisation }) => {
  const { page } = await open('alice')
  const code = await organisation.enrolment('alice')
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await fillSignIn(page, code, 'alice', `wrong-${attempt}`)
    await expect(page.getByRole('alert')).toContainText(/name or password/i)
  }
  await fillSignIn(page, code, 'alice', alice.password)
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(/try again in \d+:\d\d/i)
  const before = await alert.innerText()
  await expect(alert).not.toHaveText(before)
  await expect(alert).toContainText(/try again in \d+:\d\d/i)
})

test('a server that is down is named as not reachable', async ({ open, organisation }) => {
  const { page } = await open('alice')
  const code = await organisation.enrolment('alice')
  await organisation.stop()
  await fillSignIn(page, code, 'alice', alice.password)
  await expect(page.getByRole('alert')).toContainText(/not reach|reachable/i)
})

test('an unknown certificate is refused with its issuer and fingerprint', async ({ open, organisation }) => {
  const { page } = await open('alice')
  await fillSignIn(page, organisation.ports.url, 'alice', alice.password)
  const alert = page.getByRole('alert')
  await expect(alert).toContainText(/certificate/i)
  await expect(alert).toContainText(/([0-9A-F]{2}:){31}[0-9A-F]{2}/)
})

test('signing out asks for the password again; the store stays', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  await show(app.page, 'Settings')
  await app.page.getByRole('button', { name: 'Sign out' }).click()
  await expect(app.page.getByRole('textbox', { name: 'User name' })).toHaveValue('alice')
  await app.page.getByLabel('Password', { exact: true }).fill(alice.password)
  await app.page.getByRole('button', { name: 'Sign in' }).click()
  await expect(app.page.getByRole('navigation', { name: 'Main' })).toBeVisible()
})
