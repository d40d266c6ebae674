import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { settle } from '../../testing/fake-clock.ts'
import { readySession } from '../../testing/fake-session.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function open(options: Parameters<typeof renderPage>[0] = {}) {
  const page = await renderPage(options)
  end = page.end
  await press(navButton(/Contacts/))
  return page
}

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

const button = (name: string | RegExp) => screen.getByRole('button', { name })
const lastCall = (page: Awaited<ReturnType<typeof open>>, name: string) =>
  page.state.calls.findLast((call) => call.name === name)?.input

test('incoming requests are accepted or declined, own ones withdrawn; the count follows', async () => {
  const page = await open()
  expect(navButton(/Contacts/).textContent).toContain('2')
  await press(button(/^Requests/))
  const incoming = screen.getByRole('list', { name: 'They ask for you' })
  expect(within(incoming).getByRole('listitem').textContent).toContain('We met at the fair.')
  await press(within(incoming).getByRole('button', { name: 'Accept Dana Roth' }))
  expect(lastCall(page, 'requests.answer')).toEqual({ id: 'r1', accept: true })
  expect(document.activeElement?.textContent).toBe('Requests')
  await act(async () => page.clock.pass(100))
  await act(settle)
  expect(screen.queryByRole('list', { name: 'They ask for you' })).toBeNull()
  expect(navButton(/Contacts/).textContent).toContain('1')
  const consent = screen.getByRole('list', { name: 'Your consent is needed' })
  await press(within(consent).getByRole('button', { name: /Decline/ }))
  expect(lastCall(page, 'requests.answer')).toEqual({ id: 'r4', accept: false })
  const own = screen.getByRole('list', { name: 'You asked for' })
  await press(within(own).getByRole('button', { name: 'Withdraw the request for eva@partner.example' }))
  expect(lastCall(page, 'requests.withdraw')).toEqual({ id: 'r2' })
})

test('the dialog asks by address with a note; a refusal is told in it, and what was typed stays', async () => {
  const page = await open()
  await press(button('Request contact'))
  const dialog = screen.getByRole('dialog', { name: 'Request contact' })
  const to = within(dialog).getByRole('textbox', { name: 'Address or invitation' })
  expect(document.activeElement).toBe(to)
  page.state.failures.set('requests.create', { kind: 'refused', detail: { reason: 'declined', retryAfter: 5 } })
  fireEvent.change(to, { target: { value: ' eve@partner.example ' } })
  fireEvent.change(within(dialog).getByRole('textbox', { name: /Note/ }), { target: { value: 'hello' } })
  await press(within(dialog).getByRole('button', { name: 'Send request' }))
  expect(within(dialog).getByRole('alert').textContent).toMatch(/declined.*30 days/)
  await press(within(dialog).getByRole('button', { name: 'Send request' }))
  expect(lastCall(page, 'requests.create')).toEqual({ to: 'eve@partner.example', note: 'hello' })
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(screen.getByText('Your request is on its way')).toBeDefined()
})

test('an invitation is shown as text and as a picture', async () => {
  await open({ bare: true })
  await press(button(/^Requests/))
  expect(screen.getByText('No requests')).toBeDefined()
  await press(button('Create invitation'))
  const text = screen.getByRole('textbox', { name: 'Invitation' })
  expect((text as HTMLInputElement).value).toMatch(/^kith-invite:/)
  expect(screen.getByRole('img', { name: /QR/ }).getAttribute('src')).toMatch(/^data:image\/svg\+xml,%3Csvg/)
})

test('requests that cannot be read say why, and can be tried again', async () => {
  const page = await open()
  page.state.failures.set('requests.list', { kind: 'unreachable' })
  await press(button(/^Requests/))
  expect(screen.getByText(/not reachable/)).toBeDefined()
  await press(button('Try again'))
  expect(screen.queryByText(/not reachable/)).toBeNull()
})

test('a refused recipient is asked for with its address; a whole domain has no buttons', async () => {
  const page = await open()
  act(() => page.stores.requests.begin('stranger@partner.example'))
  const to = screen.getByRole('textbox', { name: 'Address or invitation' })
  expect((to as HTMLInputElement).value).toBe('stranger@partner.example')
  act(() => page.stores.requests.close())
  const domain = {
    ...page.state.contacts.query('', 1, 1).rows.flatMap((row) => ('contact' in row ? [row.contact] : []))[0],
  }
  page.state.contacts.change((before) =>
    before.map((contact) => (contact.id === domain.id ? { ...contact, address: '@open.example' } : contact)),
  )
  await act(() => page.stores.contacts.select('@open.example'))
  expect(screen.getByText(/Only the domain vouches/)).toBeDefined()
  expect(screen.queryByRole('button', { name: 'Message' })).toBeNull()
  expect(await page.stores.contacts.find('open.example', 5)).toEqual([])
})

test('a request says what it waits for', async () => {
  const page = await open()
  const [one] = page.state.requests.own
  const third = one && { ...one, id: 'r9', address: 'li@kith.test', waits: 'organisation' as const }
  page.state.requests = { ...page.state.requests, own: [...page.state.requests.own, ...(third ? [third] : [])] }
  await press(button(/^Requests/))
  const rows = within(screen.getByRole('list', { name: 'You asked for' })).getAllByRole('listitem')
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    expect.stringContaining('waits for your organisation, and for them to accept where they use Kith here'),
    expect.stringContaining('waits for bo@kith.test to accept'),
    expect.stringContaining('they accepted; waits for your organisation'),
  ])
})

test('what has ended is a history, folded: what became of it, when, with whom; a contact can be written to', async () => {
  const page = await open()
  await press(button(/^Requests/))
  expect(screen.getByRole('list', { name: 'You asked for' }).textContent).not.toContain('declined')
  const history = screen.getByText('History').closest('details')
  expect(history?.open).toBe(false)
  fireEvent.click(screen.getByText('History'))
  const rows = [...(history?.querySelectorAll('li') ?? [])].map(({ textContent }) => textContent)
  expect(rows[0]).toMatch(/Grace Hopper asked for you.*grace@navy.example.*accepted on/)
  expect(rows[1]).toMatch(/You asked for old@partner.example.*declined on/)
  const own = screen.getByRole('list', { name: 'You asked for' })
  await press(within(own).getByRole('button', { name: 'Withdraw the request for bo@kith.test' }))
  await act(async () => page.clock.pass(100))
  await act(settle)
  expect(history?.querySelector('li')?.textContent).toMatch(/You asked for bo@kith.test.*withdrawn on/)
  await press(within(history ?? document.body).getByRole('button', { name: 'Message Grace Hopper' }))
  expect(screen.getByRole('log', { name: 'Conversation' })).toBeDefined()
})

test('that somebody accepted is told, with the way to write to them; that they declined is told', async () => {
  const page = await open()
  const notices = screen.getByRole('region', { name: 'Notices' })
  const arrive = (what: string, name: string, address: string) =>
    act(() => page.state.emit('request.arrived', { what, name, address }))
  arrive('declined', '', 'old@partner.example')
  expect(notices.textContent).toContain('Your request for old@partner.example was declined')
  expect(within(notices).queryByRole('button', { name: /^Message/ })).toBeNull()
  arrive('linked', '', 'Bob@kith.test')
  expect(notices.textContent).toContain('Bob@kith.test is your contact now')
  await press(within(notices).getByRole('button', { name: 'Message Bob@kith.test' }))
  expect(screen.getByRole('log', { name: 'Conversation' })).toBeDefined()
  expect(screen.getByRole('heading', { name: /Bob Lin/ })).toBeDefined()
})

test('the administration has a badge of what waits for a decision', async () => {
  const page = await open({ session: { ...readySession, role: 'operator', toDecide: 3 } })
  expect(navButton(/Administration/).querySelector('.badge')?.textContent).toBe('3')
  expect(
    navButton(/Administration/)
      .querySelector('.badge')
      ?.getAttribute('title'),
  ).toBe('3 wait for your decision')
  act(() => page.state.emit('session.changed', { ...readySession, role: 'operator' }))
  expect(navButton(/Administration/).querySelector('.badge')).toBeNull()
})
