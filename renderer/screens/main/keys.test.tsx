/** The keys that work from everywhere, the map of them, the palette's choice, and who is signed in. */
import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { menuDeeds, menuKeys, pageDeeds } from '../../../shared/keys.ts'
import { deedOf, keyLabel, shownKeys } from '../../components/keys/combination.ts'
import { settle } from '../../testing/fake-clock.ts'
import { readySession } from '../../testing/fake-session.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function open(...options: Parameters<typeof renderPage>) {
  const page = await renderPage(...options)
  end = page.end
  return page
}

async function key(name: string, more: KeyboardEventInit = {}, target: Element | Window = window) {
  fireEvent.keyDown(target, { key: name, ...more })
  await act(settle)
}

const ctrl = (name: string, target?: Element) => key(name, { ctrlKey: true }, target)
const isAt = (name: RegExp) => navButton(name).getAttribute('aria-current') === 'page'

describe('keys', () => {
  test('Ctrl+1 to 5 are the places of the navigation as the account sees it, Ctrl+comma the settings', async () => {
    await open()
    for (const [index, name] of [/Chats/, /Mail/, /Contacts/, /Held/, /Settings/].entries()) {
      await ctrl(`${index + 1}`)
      expect([name, isAt(name)]).toEqual([name, true])
    }
    await ctrl('1')
    await ctrl(',')
    expect(isAt(/Settings/)).toBe(true)
    end()
    await open({ session: { ...readySession, role: 'administrator' } })
    await ctrl('5')
    expect(isAt(/Administration/)).toBe(true)
  })

  test('Ctrl+N begins a new mail, and in Chats leads to a new message', async () => {
    await open()
    await ctrl('n')
    expect(screen.getByRole('dialog', { name: 'Command palette' })).toBeDefined()
    await key('Escape', {}, document.activeElement ?? window)
    await ctrl('3')
    await ctrl('n')
    expect(screen.getByRole('combobox', { name: 'To' })).toBe(document.activeElement)
  })

  test('Ctrl+F leads into the search on screen, and to the palette where there is none', async () => {
    await open()
    for (const [place, name] of [
      ['2', 'Search mail'],
      ['3', 'Search contacts'],
    ] as const) {
      await ctrl(place)
      await ctrl('f')
      expect(document.activeElement).toBe(screen.getByRole('searchbox', { name }))
    }
    await ctrl('1')
    await ctrl('f')
    expect(screen.getByRole('dialog', { name: 'Command palette' })).toBeDefined()
  })

  test('none acts behind a dialog that asks something', async () => {
    const { stores } = await open()
    await ctrl('3')
    act(() => stores.requests.begin('x@y.example'))
    await ctrl('1')
    await ctrl('k')
    expect([stores.navigation.store.getState().screen, screen.getAllByRole('dialog').length]).toEqual(['contacts', 1])
  })

  test('with more held than the table says it is another key; what is written on the key counts before its place', () => {
    const keyboard = { host: 'desktop', apple: false } as const
    const none = { key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
    const deed = (press: Partial<typeof none>, apple = false) => deedOf({ ...none, ...press }, { ...keyboard, apple })
    expect(deed({ key: 'n', ctrlKey: true })).toBe('write')
    expect(deed({ key: 'N', ctrlKey: true, shiftKey: true })).toBeUndefined()
    expect(deed({ key: 'n', ctrlKey: true, altKey: true })).toBeUndefined()
    // A Mac moves the caret by Ctrl and letters.
    expect(deed({ key: 'f', ctrlKey: true }, true)).toBeUndefined()
    expect(deed({ key: 'f', metaKey: true }, true)).toBe('search')
    expect(deed({ key: 'n', altKey: true })).toBeUndefined()
    expect(deedOf({ ...none, key: 'n', altKey: true }, { host: 'browser', apple: false })).toBe('write')
    // Where digits need Shift, and where the letters are others.
    expect(deed({ key: '&', code: 'Digit1', ctrlKey: true })).toBe('place1')
    expect(deed({ key: 'т', code: 'KeyN', ctrlKey: true })).toBe('write')
    expect(deed({ key: 'b', code: 'KeyN', ctrlKey: true })).toBeUndefined()
    expect(deed({ key: '?', shiftKey: true })).toBe('keys')
  })
})

describe('the map of keys', () => {
  test('? shows every key of the table, and while one writes it is a letter', async () => {
    await open()
    fireEvent.click(screen.getByRole('listitem', { name: /Bob Lin/ }))
    await act(settle)
    const box = screen.getByRole('textbox', { name: 'Message' })
    await key('?', { shiftKey: true }, box)
    expect(screen.queryByRole('dialog')).toBeNull()
    await key('?', { shiftKey: true }, document.body)
    const dialog = screen.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const keyboard = { host: 'desktop', apple: false } as const
    const table = [
      ...pageDeeds.flatMap((deed) => shownKeys(deed, keyboard)),
      ...menuDeeds.flatMap((deed) => menuKeys[deed]),
    ]
    const shown = [...dialog.querySelectorAll('kbd')].map(({ textContent }) => textContent)
    expect(shown.toSorted()).toEqual(table.map((combination) => keyLabel(combination, keyboard)).toSorted())
    expect(shown).toEqual(expect.arrayContaining(['Ctrl+K', 'Ctrl+N', 'Ctrl+5', 'Ctrl+=', 'Ctrl++', 'Ctrl+,']))
    await key('?', { shiftKey: true }, document.body)
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  test('in a browser it shows what a browser leaves to Kith, on a Mac the Mac’s', async () => {
    await open({}, { host: 'browser', apple: false })
    const keys = () => [...screen.getByRole('dialog').querySelectorAll('kbd')].map(({ textContent }) => textContent)
    await key('?', { shiftKey: true }, document.body)
    expect([keys().includes('Alt+N'), keys().includes('Ctrl+N'), keys().includes('Ctrl+Q')]).toEqual([
      true,
      false,
      false,
    ])
    end()
    await open({}, { host: 'desktop', apple: true })
    await key('?', { shiftKey: true }, document.body)
    expect(keys()).toEqual(expect.arrayContaining(['⌘N', '⌘,', '⌘=']))
  })
})

describe('the palette', () => {
  async function typed(text: string) {
    const page = await open()
    await ctrl('k')
    const box = screen.getByRole('combobox', { name: 'Go to a screen or a person' })
    fireEvent.change(box, { target: { value: text } })
    act(() => page.clock.pass(100))
    await act(settle)
    return { ...page, box }
  }
  const chosen = () => screen.getAllByRole('option').filter((one) => one.getAttribute('aria-selected') === 'true')

  test('marks what Enter takes, from the first key on, for eyes and for screen readers', async () => {
    const { box } = await typed('Bob')
    expect(chosen().map(({ textContent }) => textContent)).toEqual([expect.stringContaining('bob@kith.test')])
    expect(box.getAttribute('aria-activedescendant')).toBe(chosen()[0]?.id)
    expect(chosen()[0]?.hasAttribute('data-highlighted')).toBe(true)
    await key('Enter', {}, box)
    expect(screen.getByRole('log', { name: 'Conversation' })).toBeDefined()
  })

  test('where nobody matches it offers the request, with what was typed when that is an address', async () => {
    const { box, stores } = await typed('nobody@else.example')
    expect(chosen().map(({ textContent }) => textContent)).toEqual([expect.stringContaining('Request contact')])
    await key('Enter', {}, box)
    expect(stores.requests.store.getState().draft).toMatchObject({ to: 'nobody@else.example' })
  })
})

describe('nobody matches', () => {
  test('in Contacts the request is offered, with the address or without', async () => {
    const { clock } = await open()
    await ctrl('3')
    const search = screen.getByRole('searchbox', { name: 'Search contacts' })
    for (const [text, to] of [
      ['nobody of that name', ''],
      [' nobody@else.example', 'nobody@else.example'],
    ] as const) {
      fireEvent.change(search, { target: { value: text } })
      act(() => clock.pass(100))
      await act(settle)
      const shown = screen.getByText('Nobody matches').parentElement ?? document.body
      fireEvent.click(within(shown).getByRole('button', { name: 'Request contact' }))
      await act(settle)
      const dialog = screen.getByRole('dialog', { name: 'Request contact' })
      expect(within(dialog).getAllByRole<HTMLInputElement>('textbox')[0]?.value).toBe(to)
      fireEvent.click(within(dialog).getByRole('button', { name: 'Close' }))
      await act(settle)
    }
  })

  test('in the recipients of a mail too', async () => {
    const { clock } = await open()
    await ctrl('2')
    await ctrl('n')
    fireEvent.change(screen.getByRole('combobox', { name: 'Cc' }), { target: { value: 'zzz' } })
    act(() => clock.pass(100))
    await act(settle)
    expect(screen.getByRole('status').textContent).toMatch(/Nobody matches/)
    fireEvent.click(screen.getByRole('button', { name: 'Request contact' }))
    await act(settle)
    expect(screen.getByRole('dialog', { name: 'Request contact' })).toBeDefined()
  })
})

test('who is signed in stands in the rail and in the title; behind the lock neither does', async () => {
  const { state } = await open()
  const { name, address } = readySession
  expect(screen.getByRole('navigation', { name: 'Main' }).textContent).toContain(`Signed in as ${name}, ${address}`)
  expect(document.title).toBe(`(2) Kith · ${name}`)
  act(() => state.emit('session.changed', { step: 'locked', secret: 'password', reason: 'user', user: 'alice' }))
  await act(settle)
  expect([document.title, document.body.textContent?.includes(name)]).toEqual(['Kith', false])
})
