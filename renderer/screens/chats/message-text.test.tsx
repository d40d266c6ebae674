import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { settle } from '../../testing/fake-clock.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
let recipients: () => readonly string[] = () => []
afterEach(() => end())

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

/** Bob's conversation, with the first of his messages saying something else. */
async function openWith(text: string, listed = true): Promise<HTMLElement> {
  const page = await renderPage()
  end = page.end
  recipients = () => page.stores.compose.store.getState().to.map(({ address }) => address)
  const index = page.state.messages.findIndex(({ id }) => id === 'chat-1')
  const message = page.state.messages[index]
  if (message) page.state.messages[index] = { ...message, text, from: { ...message.from, listed } }
  await press(navButton(/Chats/))
  await press(screen.getByRole('listitem', { name: /Bob Lin/ }))
  return screen.getByRole('log', { name: 'Conversation' })
}

describe('links of proven contacts', () => {
  test('open in a place of their own, without a way back', async () => {
    const log = await openWith('Look: https://corp.test/plan')
    const link = within(log).getByRole('link', { name: 'https://corp.test/plan' })
    expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual(['https://corp.test/plan', '_blank'])
    expect(link.getAttribute('rel')).toMatch(/\bnoopener\b/)
  })

  test('whose words are not the target are opened after the whole host name is shown', async () => {
    const log = await openWith('Sign in at bank.test <https://bank.test.evil.example/x>')
    expect(within(log).queryByRole('link')).toBeNull()
    await press(within(log).getByRole('button', { name: 'bank.test.evil.example' }))
    const dialog = screen.getByRole('dialog', { name: 'Leave Kith?' })
    expect(within(dialog).getByText('bank.test.evil.example')).toBeDefined()
    const link = within(dialog).getByRole('link', { name: 'Open the page' })
    expect(link.getAttribute('href')).toBe('https://bank.test.evil.example/x')
  })

  test('are text where the sender is listed no more', async () => {
    const log = await openWith('https://corp.test/plan bob@kith.test', false)
    expect(within(log).queryByRole('link')).toBeNull()
    expect(within(log).queryByRole('button', { name: 'bob@kith.test' })).toBeNull()
  })

  test('an address begins a mail where it is listed, and is text where it is not', async () => {
    const log = await openWith('Ask carol@kith.test or eve@evil.test')
    expect(within(log).queryByRole('button', { name: 'eve@evil.test' })).toBeNull()
    await press(within(log).getByRole('button', { name: 'carol@kith.test' }))
    expect(recipients()).toEqual(['carol@kith.test'])
  })
})

test('a quotation folds', async () => {
  const log = await openWith('Yes.\n\n> Shall we?\n> On Friday?')
  const quotation = within(log).getByText('Quoted text').closest('details')
  expect(quotation?.open).toBe(false)
  expect(quotation?.textContent).toContain('> Shall we?\n> On Friday?')
})

test('each message of the log names who wrote it', async () => {
  const log = await openWith('Morning')
  expect(within(log).getAllByText('Bob Lin 林柏 wrote').length).toBeGreaterThan(1)
  expect(within(log).getAllByText('You wrote').length).toBeGreaterThan(1)
})
