import { screen, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { openAdministration, press, tab } from '../../testing/administering.tsx'

test.each(['auditor', 'operator'] as const)('the %s sees only the buttons of the role', async (role) => {
  await openAdministration(role)
  const main = within(screen.getByRole('main'))
  const names = () => main.getAllByRole('button').map(({ textContent }) => textContent ?? '')
  const seen: string[] = []
  for (const one of ['Users', 'Groups', 'Rules', 'Policy', 'Requests', 'Audit log', 'Why', 'Keys']) {
    await press(tab(one))
    seen.push(...names())
  }
  await press(tab('Users'))
  await press(screen.getByRole('listitem', { name: /bob name/ }))
  seen.push(...names())
  await press(main.getByRole('button', { name: 'Contacts' }))
  seen.push(...names())
  await press(tab('Groups'))
  await press(screen.getByRole('listitem', { name: /Sales/ }))
  seen.push(...names())
  const tabs = ['Overview', 'Users', 'Groups', 'Rules', 'Policy', 'Requests', 'Audit log', 'Why', 'Keys']
  const reading = [
    ...tabs,
    'Close the administration',
    'Check the log',
    'Ask why',
    'Look again',
    'Why is somebody in bob name’s list, or not?',
    'Account',
    'Contacts',
    '',
  ]
  const changing = [...new Set(seen)].filter((name) => !reading.includes(name)).sort()
  const operator = ['Add contact', 'Add group', 'Add members', 'Approve', 'Refuse', 'Remove group', 'Rename']
  expect(changing).toEqual(role === 'auditor' ? [] : operator)
})
