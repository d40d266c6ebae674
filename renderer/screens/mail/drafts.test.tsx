/** What was begun stands in a list beside the mails, and what was discarded can be brought back. */
import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { settle } from '../../testing/fake-clock.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

async function openMail() {
  const page = await renderPage()
  end = page.end
  await press(navButton(/Mail/))
  const pause = async () => {
    act(() => page.clock.pass(500))
    await act(settle)
    act(() => page.clock.pass(100))
    await act(settle)
  }
  return { ...page, pause }
}

const compose = () => press(screen.getByRole('button', { name: 'Compose mail' }))
const body = () => screen.queryByRole<HTMLTextAreaElement>('textbox', { name: 'Body' })
const drafts = () => within(screen.getByRole('list', { name: 'Drafts' }))
const write = (subject: string, text: string) => {
  fireEvent.change(screen.getByRole('textbox', { name: 'Subject' }), { target: { value: subject } })
  fireEvent.change(screen.getByRole('textbox', { name: 'Body' }), { target: { value: text } })
}

test('Compose mail always begins a new mail; those that were begun are listed with people, subject and time', async () => {
  const { pause } = await openMail()
  expect(screen.queryByRole('list', { name: 'Drafts' })).toBeNull()
  await compose()
  fireEvent.paste(screen.getByRole('combobox', { name: 'To' }), { clipboardData: { getData: () => 'bob@kith.test' } })
  await act(settle)
  write('Half', 'a thought')
  await pause()
  await compose()
  expect(body()?.value).toBe('')
  write('', 'another thought')
  await pause()
  const items = drafts().getAllByRole('listitem')
  expect(items.map((item) => item.getAttribute('aria-label'))).toEqual([
    'No recipients yet, No subject',
    'Bob Lin 林柏, Half',
  ])
  await press(drafts().getByRole('button', { name: /Half/ }))
  expect(body()?.value).toBe('a thought')
  expect(drafts().getByRole('button', { name: /Half/ }).getAttribute('aria-current')).toBe('true')
})

test('reading a mail keeps what was begun, and a lock too', async () => {
  const { state, pause } = await openMail()
  const { session } = state
  await compose()
  write('Half', 'a thought')
  await press(within(screen.getByRole('list', { name: 'Mail' })).getAllByRole('listitem')[0] ?? document.body)
  expect(body()).toBeNull()
  act(() => state.emit('session.changed', { step: 'locked', secret: 'password', reason: 'user', user: 'alice' }))
  await act(settle)
  expect(screen.queryByText('Half')).toBeNull()
  act(() => state.emit('session.changed', session))
  await act(settle)
  await press(navButton(/Mail/))
  await pause()
  await press(drafts().getByRole('button', { name: /Half/ }))
  expect(body()?.value).toBe('a thought')
})

test('Discard is undone by one press', async () => {
  const { state, pause } = await openMail()
  await compose()
  write('Half', 'a thought')
  await pause()
  await press(screen.getByRole('button', { name: 'Discard' }))
  await pause()
  expect([body(), state.mailDrafts.length]).toEqual([null, 0])
  expect(screen.queryByRole('list', { name: 'Drafts' })).toBeNull()
  await press(screen.getByRole('button', { name: 'Undo' }))
  await pause()
  expect([body()?.value, drafts().getAllByRole('listitem').length]).toEqual(['a thought', 1])
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull()
})

test('a mail that cannot be kept says so, and what to do', async () => {
  const { state, pause } = await openMail()
  await compose()
  state.failures.set('mailDrafts.save', { kind: 'diskFull' })
  write('Half', 'a thought')
  await pause()
  expect(screen.getByText(/not kept yet/)).toBeDefined()
})

test('a search looks through what was begun too', async () => {
  const { clock, pause } = await openMail()
  await compose()
  write('Half', 'a thought')
  await pause()
  const search = screen.getByRole('searchbox', { name: 'Search mail' })
  for (const [text, found] of [
    ['schedule', 0],
    ['half', 1],
  ] as const) {
    fireEvent.change(search, { target: { value: text } })
    act(() => clock.pass(100))
    await act(settle)
    expect(screen.queryAllByRole('list', { name: 'Drafts' })).toHaveLength(found)
  }
})

test('unread mail counts at Mail and unread chat at Chats; a mail of a conversation opens as mail', async () => {
  const { pause } = await openMail()
  const count = (name: RegExp) => navButton(name).querySelector('.badge')?.textContent
  expect([count(/Chats/), count(/Mail/)]).toEqual(['1', '1'])
  await press(navButton(/Chats/))
  await press(screen.getByRole('listitem', { name: /Bob Lin/ }))
  await press(screen.getByRole('button', { name: 'Open mail' }))
  expect(screen.getByRole('region', { name: 'Mail' }).textContent).toMatch(/Contract.*the contract is signed/su)
  expect(navButton(/Mail/).getAttribute('aria-current')).toBe('page')
  await press(
    within(screen.getByRole('list', { name: 'Mail' })).getByRole('listitem', { name: /Schedule for the fair/ }),
  )
  await pause()
  expect(screen.getByRole('listitem', { name: /^Carol Wu.*Schedule/ })).toBeDefined()
})
