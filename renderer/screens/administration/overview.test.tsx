import { act, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { openAdministration } from '../../testing/administering.tsx'
import { readySession } from '../../testing/fake-session.ts'

test('nothing proves the mail of colleagues: the overview says so, and what to do', async () => {
  const { state } = await openAdministration('auditor')
  expect(screen.queryByText(/waits in Held/)).toBeNull()
  await act(async () => state.emit('session.changed', { ...readySession, role: 'auditor', colleagues: 'unproven' }))
  expect(screen.getByText(/waits in Held.*docs\/gateway\.md.*authserv/)).toBeDefined()
})
