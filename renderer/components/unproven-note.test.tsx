import { act, screen } from '@testing-library/react'
import { expect, onTestFinished, test } from 'vitest'
import { readySession } from '../testing/fake-session.ts'
import { renderPage } from '../testing/render-page.tsx'

const unproven = { ...readySession, colleagues: 'unproven' } as const
const told = () => screen.queryByText(/Colleagues will find this in Held/)

test('whoever writes to a colleague is told that it will wait in Held, whoever writes to others is not', async () => {
  const { stores, state, end } = await renderPage({ session: unproven })
  onTestFinished(end)
  await act(() => stores.conversation.open('bob@kith.test'))
  expect(told()).not.toBeNull()
  await act(async () => state.emit('session.changed', { ...unproven, colleagues: 'proven' }))
  expect(told()).toBeNull()
  await act(async () => state.emit('session.changed', { ...unproven, address: 'alice@elsewhere.test' }))
  expect(told()).toBeNull()
})
