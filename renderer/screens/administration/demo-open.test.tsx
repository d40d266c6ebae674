import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { button, openAdministration, press, tab } from '../../testing/administering.tsx'
import { readySession } from '../../testing/fake-session.ts'

test('the administration of a demo account opens with one press, and of no other', async () => {
  const { fake } = await openAdministration('administrator', 'password', 3, {
    ...readySession,
    demo: { name: 'Ada Kwan', password: 'right' },
  })
  await press(button('Open as Ada Kwan (demo)'))
  expect(fake.state).toMatchObject({ step: 'open' })
  expect(tab('Overview').getAttribute('aria-current')).toBe('page')
})

test('whoever has an account of their own types the password', async () => {
  await openAdministration('operator', 'password')
  expect(screen.queryByRole('button', { name: /\(demo\)/ })).toBeNull()
})
