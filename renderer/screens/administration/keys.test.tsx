import { act, fireEvent, screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { button, openAdministration, press, tab, type } from '../../testing/administering.tsx'
import { fakeAccess } from '../../testing/fake-administration.ts'
import { settle } from '../../testing/fake-clock.ts'

const section = (name: string) => within(screen.getByRole('region', { name }))

describe('keys', () => {
  test('each key tells its fingerprint, whether it counts, and which manifests list it', async () => {
    await openAdministration('auditor')
    await press(tab('Keys'))
    const server = section('Server key')
    expect(server.getByText('in use · in manifest 3 · on the server')).toBeDefined()
    expect(server.getByText('still accepted · in manifests 1 to 3 · on the server')).toBeDefined()
    expect(server.getByText('1 retired')).toBeDefined()
    expect(server.queryByRole('button')).toBeNull()
  })

  test('with the root key on the server a key is replaced from here, with a reason', async () => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'manifest', version: 4, epoch: 1, expires: 0 }
    await press(tab('Keys'))
    await press(section('Freshness key').getByRole('button', { name: 'Replace' }))
    await type('Reason', 'every year')
    await press(button('Replace'))
    expect(fake.asked).toEqual([{ changes: [{ op: 'rotate', key: 'fresh', stolen: false }], why: 'every year' }])
    expect(screen.getByRole('dialog').textContent).toContain('Manifest 4 is in force')
  })

  test('a theft is warned of: no list that the policy key signed counts any more', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Keys'))
    await press(section('Policy key').getByRole('button', { name: 'Replace after a theft' }))
    expect(screen.getByRole('dialog').textContent).toContain('Every list is signed anew')
    await press(button('Replace after a theft'))
    expect(fake.asked[0]?.changes).toEqual([{ op: 'rotate', key: 'policy', stolen: true }])
  })

  test('old keys are dropped only where there are any', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Keys'))
    expect(section('Gateway key').queryByRole('button', { name: 'Drop the old ones' })).toBeNull()
    await press(section('Server key').getByRole('button', { name: 'Drop the old ones' }))
    await press(button('Drop the old ones'))
    expect(fake.asked[0]?.changes).toEqual([{ op: 'retire', key: 'server' }])
  })

  test('with the root key elsewhere the page shows the very commands, and moves on when they have run', async () => {
    const { fake } = await openAdministration('administrator')
    fake.keys = { ...fake.keys, missing: 1 }
    fake.policy = { ...fake.policy, reason: 'required' }
    await press(tab('Overview'))
    await press(tab('Keys'))
    const server = section('Server key')
    expect(server.getByText('kith-server key rotate server --root-key FILE --why TEXT')).toBeDefined()
    expect(server.getByText('kith-server key retire server --root-key FILE --why TEXT')).toBeDefined()
    expect(server.queryByRole('button', { name: 'Replace' })).toBeNull()
    expect(screen.getByText('kith-server manifest renew --root-key FILE --why TEXT')).toBeDefined()
    fake.keys = { ...fake.keys, missing: 0, version: 9 }
    fireEvent.focus(window)
    await act(settle)
    expect(section('Server key').getByRole('button', { name: 'Replace' })).toBeDefined()
    expect(screen.getByText('9')).toBeDefined()
  })

  test('several root keys: the command names a file for each', async () => {
    const { fake } = await openAdministration('administrator')
    fake.keys = { ...fake.keys, missing: 2, threshold: 2, roots: 3 }
    await press(tab('Keys'))
    await press(section('Root keys').getByRole('radio', { name: '2 of 3 must sign' }))
    const files = '--root-key FILE1 --root-key FILE2'
    expect(
      section('Root keys').getByText(
        `kith-server key root rotate --to NEW1 --to NEW2 --to NEW3 --threshold 2 ${files}`,
      ),
    ).toBeDefined()
  })
})

describe('what lets a user sign in', () => {
  test('one dialog adds a user and makes password and code, which are gone once it is closed', async () => {
    const { fake, stores } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(button('Add user'))
    await type('User name', 'erin')
    await type('Name', 'Erin')
    await press(button('Next'))
    // Who is touched stands there by name, before it is done.
    expect(screen.getByRole('dialog', { name: 'Add Erin' }).textContent).toContain('bob name, bob@kith.test')
    await type('Reason', 'joins')
    await press(button('Add user'))
    expect(fake.asked.at(-1)).toEqual({
      changes: [{ op: 'access', user: 'erin', give: ['password', 'enrolment'] }],
      why: 'joins',
    })
    const dialog = screen.getByRole('dialog', { name: 'Add Erin' })
    expect(dialog.textContent).toContain(fakeAccess.password)
    expect(dialog.textContent).toContain(fakeAccess.code)
    expect(within(dialog).getByRole('figure', { name: /QR code/ })).toBeDefined()
    await press(within(dialog).getAllByRole('button', { name: 'Close' }).at(-1) ?? dialog)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(document.body.textContent).not.toContain(fakeAccess.password)
    expect(JSON.stringify(stores.administration.changing.store.getState())).not.toContain(fakeAccess.password)
  })

  test('a new user who is refused goes back to the form, with what was typed', async () => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'refused', faults: [{ index: 0, why: 'there', code: 'userExists', what: 'bob' }] }
    await press(tab('Users'))
    await press(button('Add user'))
    await type('User name', 'bob')
    await type('Name', 'Bob Two')
    await press(button('Next'))
    expect(screen.getByRole('dialog').textContent).toContain('The user bob is there already.')
    await press(button('Back'))
    expect(screen.getByLabelText<HTMLInputElement>('User name').value).toBe('bob')
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Bob Two')
  })

  test('nothing is made where nothing is asked for, nor before a second person has approved', async () => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'pending', id: 'p', needs: 'approval' }
    await press(tab('Users'))
    await press(button('Add user'))
    await type('User name', 'erin')
    await type('Name', 'Erin')
    await press(button('Next'))
    await press(button('Add user'))
    expect(screen.getByRole('dialog').textContent).toContain('Once it is approved')
    expect(fake.asked).toHaveLength(1)
  })

  test('a known user gets a new password or another code; nobody ends the own session', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(button('New password'))
    expect(screen.getByRole('dialog').textContent).toContain('signed out everywhere')
    await press(button('Make a new password'))
    expect(fake.asked.at(-1)?.changes).toEqual([{ op: 'access', user: 'bob', give: ['password'] }])
    await press(screen.getAllByRole('button', { name: 'Close' }).at(-1) ?? document.body)
    await press(button('All users'))
    await press(screen.getByRole('listitem', { name: /alice name/ }))
    expect(screen.queryByRole('button', { name: 'New password' })).toBeNull()
    expect(button('Enrolment code')).toBeDefined()
  })

  test('a refusal has words, and gives nothing', async () => {
    const { state } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    state.failures.set('admin.access', { kind: 'unreachable' })
    await press(button('Enrolment code'))
    await press(button('Make an enrolment code'))
    expect(screen.getByRole('dialog').textContent).toContain('not reachable')
  })
})
