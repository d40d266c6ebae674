/** What a mail says of itself, and what is asked before everybody whom it names is answered. */
import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { Message } from '../../../shared/message.ts'
import { settle } from '../../testing/fake-clock.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

async function read(more: Partial<Message>) {
  const page = await renderPage()
  end = page.end
  page.state.messages = page.state.messages.map((one) => (one.id === 'mail-1' ? { ...one, ...more } : one))
  await press(navButton(/Mail/))
  await press(
    within(screen.getByRole('list', { name: 'Mail' })).getByRole('listitem', { name: /Schedule for the fair/ }),
  )
  return page
}

const asked = 'Reply to all of these?'
const pane = () => screen.getByRole('region', { name: 'Mail' })

test('I4 recipients that are only claimed are told, and an answer to all asks first', async () => {
  const page = await read({ claimedRecipients: true })
  expect(pane().textContent).toContain('Who else got it is what the message claims')
  await press(screen.getByRole('button', { name: 'Reply to all' }))
  const dialog = screen.getByRole('dialog', { name: asked })
  expect(dialog.textContent).toContain('ops@elsewhere.example (not in your whitelist)')
  expect(page.state.calls.some(({ name }) => name === 'message.planReply')).toBe(false)
  await press(within(dialog).getByRole('button', { name: 'Reply to all' }))
  expect(page.state.calls.findLast(({ name }) => name === 'message.planReply')?.input).toMatchObject({ scope: 'all' })
})

test('I4 the answer may go to the sender alone, or not at all', async () => {
  const page = await read({ claimedRecipients: true })
  await press(screen.getByRole('button', { name: 'Reply to all' }))
  await press(within(screen.getByRole('dialog', { name: asked })).getByRole('button', { name: 'Close' }))
  expect(page.state.calls.some(({ name }) => name === 'message.planReply')).toBe(false)
  await press(screen.getByRole('button', { name: 'Reply to all' }))
  await press(screen.getByRole('button', { name: 'Reply to the sender alone' }))
  expect(page.state.calls.findLast(({ name }) => name === 'message.planReply')?.input).toMatchObject({
    scope: 'sender',
  })
})

test('I4 proven recipients are answered without a question', async () => {
  const page = await read({})
  await press(screen.getByRole('button', { name: 'Reply to all' }))
  expect(screen.queryByRole('dialog', { name: asked })).toBeNull()
  expect(page.state.calls.findLast(({ name }) => name === 'message.planReply')?.input).toMatchObject({ scope: 'all' })
})

test('I11 what looks like a replay says so', async () => {
  await read({ notAddressed: true, writtenAt: Date.UTC(2020, 0, 5, 12) })
  expect(pane().textContent).toContain('This message is not addressed to you.')
  expect(pane().textContent).toMatch(/Written on Sunday, January 5, 2020.*, arrived on /)
})
