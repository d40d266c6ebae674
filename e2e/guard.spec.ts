import { createTransport } from 'nodemailer'
import { converse, expect, people, say, show, signIn, test } from './support/fixtures.ts'
import type { Organisation } from './support/organisation.ts'

const { alice, bob, carol, mallory } = people

type Bridge = { readonly call: (envelope: unknown) => Promise<{ ok: boolean; failure?: { kind: string } }> }

/** What a page that an attacker owns can do: any envelope, straight to the engine. */
async function callEngine(page: import('@playwright/test').Page, envelope: unknown) {
  return page.evaluate(async (sent) => {
    const bridge = (globalThis as { kith?: Bridge }).kith
    if (bridge) return bridge.call(sent)
    const answer = await fetch('/call', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${localStorage.getItem('kith.pass')}`,
      },
      body: JSON.stringify(sent),
    })
    return (await answer.json()) as { ok: boolean; failure?: { kind: string } }
  }, envelope)
}

function submission(organisation: Organisation, user: string, pass: string) {
  const port = organisation.ports.smtp
  return createTransport({
    host: '127.0.0.1',
    port,
    secure: true,
    tls: { rejectUnauthorized: false },
    auth: { user, pass },
  })
}

test('an unlisted recipient is refused in the composer, with the rule', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await show(page, 'Contacts')
  await page.getByRole('listitem', { name: `${bob.name}, ${bob.address}` }).click()
  // The card is there: until then the only button of that name is the navigation's.
  await page.getByRole('button', { name: 'Message', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Mail', exact: true }).last().click()
  await page.getByRole('textbox', { name: 'Subject' }).fill('Hello')
  await page.getByRole('textbox', { name: 'Body' }).fill('Text')
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled()
  await page.getByRole('combobox', { name: 'To' }).fill('mallory@corp.test')
  await page.getByRole('combobox', { name: 'To' }).press('Enter')
  await expect(page.getByText(/not in your whitelist/i)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled()
})

test('the engine refuses whatever the page calls it with, and stores nothing', async ({ open, organisation }) => {
  const app = await open('alice')
  await signIn(app, organisation, alice)
  const to = [
    'mallory@corp.test',
    '"bob@corp.test" <mallory@corp.test>',
    'bob@corp.test,mallory@corp.test',
    'bob@corp.test\r\nBcc: mallory@corp.test',
  ]
  for (const address of to) {
    const input = { kind: 'chat', to: [address], text: 'x' }
    expect(await callEngine(app.page, { name: 'outbox.submit', input })).toMatchObject({ ok: false })
  }
  const hidden = { kind: 'mail', to: [bob.address], bcc: [mallory.address], subject: 's', text: 'x' }
  expect(await callEngine(app.page, { name: 'outbox.submit', input: hidden })).toMatchObject({
    ok: false,
    failure: { kind: 'refused' },
  })
  for (const envelope of [
    null,
    7,
    {},
    { name: '__proto__' },
    { name: 'constructor', input: {} },
    { name: 'outbox.submit' },
  ])
    expect(await callEngine(app.page, envelope)).toMatchObject({ ok: false })
  const listed = await callEngine(app.page, { name: 'conversations.list', input: { from: 0, count: 10 } })
  expect(listed).toMatchObject({ ok: true, value: { total: 0 } })
})

test('SMTP with the right password refuses the unlisted from outside', async ({ organisation }) => {
  const transport = submission(organisation, alice.user, alice.password)
  const refused = transport.sendMail({ from: alice.address, to: mallory.address, subject: 's', text: 'x' })
  await expect(refused).rejects.toThrow(/550.*O1/s)
  const forged = transport.sendMail({ from: carol.address, to: bob.address, subject: 's', text: 'x' })
  await expect(forged).rejects.toThrow(/550/)
  transport.close()
})

test('a contact removed while the window is open: the textbox closes and says why', async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await converse(page, bob)
  await say(page, 'still here')
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEnabled()
  await organisation.command(['contact', 'remove', bob.address, '--user', 'alice'])
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeDisabled()
  await expect(page.getByText(/no longer|removed/i).first()).toBeVisible()
  await expect(page.getByText('still here', { exact: true }).first()).toBeVisible()
})

test('I6 what a newer list admits moves from Held to its conversation; what is not wanted is deleted', async ({
  open,
  organisation,
}) => {
  await organisation.command(['contact', 'add', alice.address, '--user', 'mallory', '--name', alice.name])
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  const transport = submission(organisation, mallory.user, mallory.password)
  const send = (subject: string) =>
    transport.sendMail({ from: mallory.address, to: alice.address, subject, text: `text of ${subject}` })
  for (const subject of ['One', 'Two', 'Three']) await send(subject)
  transport.close()
  const held = page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: /Held/ })
  await expect(held).toContainText('3')
  await show(page, 'Held')
  const rows = page.getByRole('list', { name: 'Held messages' }).getByRole('listitem')
  await expect(rows).toHaveCount(3)
  // Looked at, nothing is new.
  await expect(held).not.toContainText('3')
  await rows.filter({ hasText: 'Three' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(rows).toHaveCount(2)
  await rows.filter({ hasText: 'Two' }).click()
  await page.getByRole('button', { name: 'Request contact' }).click()
  const dialog = page.getByRole('dialog', { name: 'Request contact' })
  await expect(dialog.getByRole('textbox', { name: 'Address or invitation' })).toHaveValue(mallory.address)
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await expect(page.getByText('You asked for this address')).toBeVisible()
  await organisation.command(['contact', 'add', mallory.address, '--user', 'alice', '--name', mallory.name])
  const notices = page.getByRole('region', { name: 'Notices' })
  await expect(notices.getByText(`2 messages from ${mallory.name} moved to your conversation`)).toBeVisible()
  await expect(rows).toHaveCount(0)
  await notices.getByRole('button', { name: `Message ${mallory.name}` }).click()
  const log = page.getByRole('log', { name: 'Conversation' })
  await expect(log.getByText('text of One')).toBeVisible()
  await expect(log.getByText('text of Two')).toBeVisible()
  await expect(log.getByText('text of Three')).toHaveCount(0)
})

test("I3 a forged mail in a contact's name is in Held, not in the conversation", async ({ open, organisation }) => {
  const app = await open('alice')
  const { page } = app
  await signIn(app, organisation, alice)
  await converse(page, bob)
  const outside = createTransport({
    host: '127.0.0.1',
    port: organisation.ports.inbound,
    secure: false,
    ignoreTLS: true,
  })
  await outside.sendMail({
    envelope: { from: 'x@evil.test', to: alice.address },
    from: `"${bob.name}" <${bob.address}>`,
    to: alice.address,
    subject: 'Urgent transfer',
    text: 'Please pay at once http://evil.test/',
  })
  outside.close()
  await show(page, 'Held')
  const held = page.getByRole('list', { name: 'Held messages' }).getByRole('listitem')
  await expect(held).toHaveCount(1)
  await expect(held).toContainText('Urgent transfer')
  await expect(held).toContainText(/not proven/i)
  await held.click()
  await expect(page.getByText('Please pay at once')).toBeVisible()
  await expect(page.getByRole('link', { name: /evil/ })).toHaveCount(0)
  await converse(page, bob)
  await expect(page.getByRole('log', { name: 'Conversation' }).getByText('Please pay at once')).toHaveCount(0)
})
