import { act, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { readySession } from '../../testing/fake-session.ts'
import { renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

test('what of the mailbox does not work is said, each thing, and nothing of it as offline', async () => {
  const page = await renderPage()
  end = page.end
  const tell = (more: Partial<typeof readySession>) =>
    act(() => page.state.emit('session.changed', { ...readySession, ...more }))
  tell({ mail: 'online', mailTroubles: ['diskFull', 'quota'] })
  const banner = screen.getByRole('region', { name: 'Connection' })
  expect(banner.textContent).toMatch(/disk is full.*mailbox is full/u)
  expect(banner.textContent).not.toMatch(/cannot be reached|offline/u)
  tell({ mail: 'refused', mailTroubles: [] })
  expect(banner.textContent).toMatch(/does not say why/u)
  tell({ mail: 'noLogin' })
  expect(banner.textContent).toMatch(/no way to sign in/u)
  tell({ mail: 'online' })
  expect(banner.textContent).toBe('')
})
