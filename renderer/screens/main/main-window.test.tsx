import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { settle } from '../../testing/fake-clock.ts'
import { readySession } from '../../testing/fake-session.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function open(options: Parameters<typeof renderPage>[0] = {}) {
  const page = await renderPage(options)
  end = page.end
  return page
}

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

describe('the mail server takes another password than the account’s', () => {
  test('it is asked for, kept, and no longer in the page', async () => {
    const { state } = await open({ session: { ...readySession, mail: 'authFailed' } })
    const banner = screen.getByRole('region', { name: 'Connection' })
    expect(banner.textContent).toMatch(/does not accept the password of your account/)
    await press(within(banner).getByRole('button', { name: 'Enter mail password' }))
    const dialog = screen.getByRole('dialog', { name: 'Enter your mail password' })
    fireEvent.change(within(dialog).getByLabelText('Mail password'), { target: { value: 'another one' } })
    await press(within(dialog).getByRole('button', { name: 'Keep and try' }))
    expect(state.session).toMatchObject({ step: 'ready', mail: 'online' })
    expect([screen.queryByRole('dialog'), banner.textContent]).toEqual([null, ''])
  })
})

describe('contacts', () => {
  test('one listitem per contact, named by name and address, groups beside the list', async () => {
    await open()
    await press(navButton(/Contacts/))
    const list = screen.getByRole('list', { name: 'Contacts' })
    expect(within(list).getAllByRole('listitem')).toHaveLength(12)
    expect([...list.children].every(({ tagName }) => tagName === 'LI')).toBe(true)
    const item = within(list).getByRole('listitem', { name: 'Bob Lin 林柏, bob@kith.test' })
    expect(item.getAttribute('aria-setsize')).toBe('12')
    expect(screen.getByRole('heading', { name: 'Sales' })).toBeDefined()
  })

  test('100,000 contacts draw a windowful; typing finds one of them', async () => {
    const { clock } = await open({ contacts: 100_000 })
    await press(navButton(/Contacts/))
    const list = screen.getByRole('list', { name: 'Contacts' })
    expect(within(list).getAllByRole('listitem').length).toBeLessThan(60)
    fireEvent.change(screen.getByRole('searchbox', { name: 'Search contacts' }), { target: { value: 'person054321@' } })
    act(() => clock.pass(100))
    await act(settle)
    expect(within(list).getAllByRole('listitem')).toHaveLength(1)
  })

  test('the status tells version and age; a refresh tells what changed', async () => {
    await open()
    await press(navButton(/Contacts/))
    const status = screen.getByRole('status', { name: 'Whitelist' })
    expect(status.textContent).toBe('Version 42 · 3 minutes ago')
    await press(screen.getByRole('button', { name: 'Refresh contacts' }))
    expect(status.textContent).toContain('Up to date')
  })

  test('a failed refresh says why, and that the old list stays in force', async () => {
    const { state } = await open()
    await press(navButton(/Contacts/))
    state.failures.set('contacts.refresh', { kind: 'unreachable' })
    await press(screen.getByRole('button', { name: 'Refresh contacts' }))
    expect(screen.getByRole('status', { name: 'Whitelist' }).textContent).toMatch(/not reachable.*stays in force/)
  })

  test('what the server changes by itself is told too', async () => {
    const { state, clock } = await open()
    await press(navButton(/Contacts/))
    act(() =>
      state.emit('contacts.changed', { revision: 2, change: { added: 2, changed: 1, removed: 1, version: 43 } }),
    )
    act(() => clock.pass(100))
    await act(settle)
    expect(screen.getByText('2 added, 1 changed, 1 removed')).toBeDefined()
  })

  test('the card shows every attribute and leads to message and mail', async () => {
    await open()
    await press(navButton(/Contacts/))
    await press(screen.getByRole('listitem', { name: 'Bob Lin 林柏, bob@kith.test' }))
    const card = screen.getByRole('article', { name: 'Bob Lin 林柏' })
    for (const text of ['阿柏', 'bob@kith.test', 'key account', 'Sales', 'Your organisation', 'Never']) {
      expect(within(card).getByText(text)).toBeDefined()
    }
    await press(within(card).getByRole('button', { name: 'Message' }))
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeDefined()
  })
})

describe('a conversation', () => {
  async function converse() {
    const page = await open()
    await press(screen.getByRole('listitem', { name: /Bob Lin/ }))
    return { ...page, box: screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' }) }
  }

  test('Enter sends, Shift+Enter does not, and Enter inside an input method does not', async () => {
    const { state, box } = await converse()
    const sent = () => state.calls.filter(({ name }) => name === 'outbox.submit').length
    fireEvent.change(box, { target: { value: '午餐' } })
    fireEvent.keyDown(box, { key: 'Enter', shiftKey: true })
    fireEvent.keyDown(box, { key: 'Enter', isComposing: true })
    fireEvent.keyDown(box, { key: 'Enter', keyCode: 229 })
    await act(settle)
    expect(sent()).toBe(0)
    fireEvent.keyDown(box, { key: 'Enter' })
    await act(settle)
    expect(sent()).toBe(1)
    expect(within(screen.getByRole('log', { name: 'Conversation' })).getByText('午餐')).toBeDefined()
    expect(box.value).toBe('')
  })

  test('a failed message says why and can be tried again', async () => {
    const { state } = await converse()
    expect(screen.getByText(/Not sent: the mail server rejected it/)).toBeDefined()
    await press(screen.getByRole('button', { name: 'Try again' }))
    expect(state.calls.at(-1)).toMatchObject({ name: 'outbox.retry' })
    expect(screen.queryByText(/Not sent/)).toBeNull()
  })

  test('what is on screen is read once the window has the focus, and not before', async () => {
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false)
    const { state } = await converse()
    const read = () => state.calls.filter(({ name }) => name === 'conversations.markRead').length
    expect(read()).toBe(0)
    focus.mockReturnValue(true)
    fireEvent.focus(window)
    await act(settle)
    expect(read()).toBe(1)
    focus.mockRestore()
  })

  test('I6 the textbox closes at once when the contact is removed, and says why', async () => {
    const { state, clock, box } = await converse()
    state.contacts.change((all) => all.filter(({ address }) => address !== 'bob@kith.test'))
    act(() => state.emit('contacts.changed', { revision: 2 }))
    act(() => clock.pass(100))
    await act(settle)
    expect(box.disabled).toBe(true)
    expect(screen.getByText(/no longer in your whitelist/)).toBeDefined()
    expect(screen.getByText('Lunch at noon? 午餐')).toBeDefined()
  })
})

describe('mail and held', () => {
  test('O1 a pasted unlisted address is marked with its rule, and Send stays disabled', async () => {
    await open()
    await press(navButton(/Mail/))
    await press(screen.getByRole('button', { name: 'Compose mail' }))
    const to = screen.getByRole('combobox', { name: 'To' })
    fireEvent.paste(to, { clipboardData: { getData: () => 'bob@kith.test, stranger@evil.example' } })
    await act(settle)
    expect(screen.getByText(/stranger@evil.example: not in your whitelist/).textContent).toContain('Rule O1')
    const send = screen.getByRole<HTMLButtonElement>('button', { name: 'Send' })
    expect(send.disabled).toBe(true)
    await press(screen.getByRole('button', { name: 'Remove stranger@evil.example' }))
    expect(send.disabled).toBe(false)
  })

  test('a mail that is begun has the focus where the first thing is missing', async () => {
    await open()
    await press(navButton(/Mail/))
    await press(screen.getByRole('button', { name: 'Compose mail' }))
    expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'To' }))
    await press(navButton(/Contacts/))
    await press(screen.getByRole('listitem', { name: 'Bob Lin 林柏, bob@kith.test' }))
    await press(screen.getByRole('article').querySelector<HTMLElement>('button:nth-of-type(2)') ?? document.body)
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Subject' }))
  })

  test('people with such a name are offered before those who are only described so', async () => {
    const { clock } = await open()
    await press(navButton(/Mail/))
    await press(screen.getByRole('button', { name: 'Compose mail' }))
    fireEvent.change(screen.getByRole('combobox', { name: 'To' }), { target: { value: 'il' } })
    act(() => clock.pass(100))
    await act(settle)
    const offered = screen.getAllByRole('option').map(({ textContent }) => textContent)
    // meiling.li, and Grace Hopper, whose remark is "compilers".
    expect(offered.map((text) => text?.slice(0, 2))).toEqual(['美玲', 'GH'])
  })

  test('I3 a held message is a claim, with its rule, and its links are text', async () => {
    await open()
    await press(navButton(/Held/))
    const list = screen.getByRole('list', { name: 'Held messages' })
    const first = within(list).getByRole('listitem', { name: /Urgent transfer/ })
    expect(first.textContent).toMatch(/Claims to be Bob Lin 林柏.*Urgent transfer.*not proven/)
    await press(first)
    expect(screen.getByText(/http:\/\/evil\.example/)).toBeDefined()
    expect(screen.queryByRole('link')).toBeNull()
    expect(screen.getByText(/Rule I3/)).toBeDefined()
  })
})

describe('everywhere', () => {
  test('a message from elsewhere is announced, each time anew; one in the open conversation is not', async () => {
    const { state } = await open()
    const notices = screen.getByRole('region', { name: 'Notices' })
    const arrive = (conversation: string, name: string) =>
      act(() => state.emit('message.arrived', { conversation, name, text: 'secret words' }))
    arrive('carol@kith.test', 'Carol Wu')
    const first = notices.firstElementChild
    expect(notices.textContent).toBe('New message from Carol Wu')
    arrive('carol@kith.test', 'Carol Wu')
    expect(notices.firstElementChild).not.toBe(first)
    await press(screen.getByRole('listitem', { name: /Bob Lin/ }))
    arrive('bob@kith.test', 'Bob Lin')
    expect(notices.textContent).toBe('New message from Carol Wu')
  })

  test('a search that finds nothing leads back to everybody', async () => {
    const { clock } = await open()
    await press(navButton(/Contacts/))
    const search = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search contacts' })
    fireEvent.change(search, { target: { value: 'nobody of that name' } })
    act(() => clock.pass(100))
    await act(settle)
    await press(screen.getByRole('button', { name: 'Clear the search' }))
    act(() => clock.pass(100))
    await act(settle)
    expect(search.value).toBe('')
    expect(screen.getAllByRole('listitem')).toHaveLength(12)
  })

  test('Ctrl+R refreshes and tells how it went', async () => {
    const { state } = await open()
    fireEvent.keyDown(window, { key: 'r', ctrlKey: true })
    await act(settle)
    expect(state.calls.some(({ name }) => name === 'contacts.refresh')).toBe(true)
    expect(screen.getByText('Up to date')).toBeDefined()
  })

  test('offline, it says what is safe and how old the list is', async () => {
    const { state } = await open()
    act(() => state.emit('session.changed', { ...state.session, connection: 'offline' }))
    expect(screen.getByText(/You are offline.*waits.*version 42, 3 minutes ago/)).toBeDefined()
  })

  test('the language changes every word at once, and the page says which it is', async () => {
    const { state } = await open()
    await press(navButton(/Settings/))
    await press(screen.getByRole('radio', { name: '繁體中文' }))
    expect(screen.getByRole('button', { name: /聯絡人/ })).toBeDefined()
    expect(document.documentElement.lang).toBe('zh-Hant')
    expect(state.settings.language).toBe('zh-Hant')
  })

  test('the theme is the system’s until one is chosen', async () => {
    await open()
    await press(navButton(/Settings/))
    expect(document.documentElement.dataset.theme).toBeUndefined()
    await press(screen.getByRole('radio', { name: 'Dark' }))
    expect(document.documentElement.dataset.theme).toBe('dark')
  })
})
