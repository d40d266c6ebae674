import { act, fireEvent, screen, within } from '@testing-library/react'
import { describe, expect, onTestFinished, test } from 'vitest'
import { button, openAdministration, press, tab, type } from '../../testing/administering.tsx'
import { fakeCode } from '../../testing/fake-administration.ts'
import { settle } from '../../testing/fake-clock.ts'
import { readySession } from '../../testing/fake-session.ts'
import { renderPage } from '../../testing/render-page.tsx'

describe('the section', () => {
  test('an account without a role does not see it, nor finds it in the palette', async () => {
    const page = await renderPage()
    onTestFinished(page.end)
    expect(screen.queryByRole('button', { name: 'Administration' })).toBeNull()
    await act(async () => page.stores.navigation.setPalette('open'))
    expect(screen.queryByRole('option', { name: /Administration/ })).toBeNull()
  })

  test('it stands between Held and Settings, and is left when the role is taken away', async () => {
    const { state } = await openAdministration('auditor')
    const names = within(screen.getByRole('navigation', { name: 'Main' }))
      .getAllByRole('button')
      .map(({ textContent }) => textContent?.replace(/\d+/g, ''))
    expect(names.slice(-3)).toEqual(['Held', 'Administration', 'Settings'])
    await act(async () => state.emit('session.changed', { ...readySession, role: 'none' }))
    expect(screen.queryByRole('heading', { name: 'Administration' })).toBeNull()
  })
})

describe('the way in', () => {
  test('an administrator sets up an authenticator: password, QR and text, code', async () => {
    const { fake } = await openAdministration('administrator', 'setUp')
    await type('Password', 'wrong')
    await press(button('Next'))
    expect(screen.getByRole('alert').textContent).toContain('Wrong name or password')
    await type('Password', 'right')
    await press(button('Next'))
    expect(screen.getByRole('figure', { name: /QR code/ })).toBeDefined()
    expect(screen.getByText('GEZD GNBV GY3T QOJQ')).toBeDefined()
    await type('Code', '000000')
    await press(button('Open'))
    expect(screen.getByRole('alert').textContent).toContain('Wrong code')
    await type('Code', fakeCode)
    await press(button('Open'))
    expect(fake.state).toMatchObject({ step: 'open', totp: true })
    expect(screen.queryByText('GEZD GNBV GY3T QOJQ')).toBeNull()
    expect(tab('Overview').getAttribute('aria-current')).toBe('page')
  })

  test('a code opens, and what closed meanwhile is said so and opened again', async () => {
    const { fake } = await openAdministration('administrator', 'code')
    await type('Code', fakeCode)
    await press(button('Open'))
    fake.state = { ...fake.state, step: 'code' }
    await press(tab('Users'))
    expect(screen.getByLabelText('Code')).toBeDefined()
  })

  test('too many tries count down', async () => {
    const { state } = await openAdministration('operator', 'password')
    state.failures.set('admin.open', { kind: 'tooManyAttempts', detail: { retryAfter: 60_000 } })
    await type('Password', 'x')
    await press(button('Open'))
    expect(screen.getByRole('timer').textContent).toBe('1:00')
  })
})

describe('users', () => {
  test('100,000 users draw a windowful', async () => {
    await openAdministration('administrator', 'open', 100_000)
    await press(tab('Users'))
    const list = screen.getByRole('list', { name: 'Users' })
    expect(within(list).getAllByRole('listitem').length).toBeLessThan(60)
  })

  test('a change is shown as a difference, asks for a reason, and is done only then', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(button('Disable'))
    const dialog = screen.getByRole('dialog', { name: 'Disable bob name' })
    expect(dialog.textContent).toContain('signed out everywhere at once')
    expect(dialog.textContent).toContain('2 lists change: 2 added, 0 changed, 1 removed')
    expect(fake.asked).toEqual([])
    await type('Reason', 'left the company')
    await press(within(dialog).getByRole('button', { name: 'Disable user' }))
    expect(fake.asked).toEqual([{ changes: [{ op: 'user.disable', user: 'bob' }], why: 'left the company' }])
    expect(screen.getByRole('dialog').textContent).toContain('Done.')
  })

  test('wiping a device says what is lost', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(button('Revoke and erase'))
    expect(screen.getByRole('dialog').textContent).toContain('lost for good')
    await press(within(screen.getByRole('dialog')).getByRole('button', { name: 'Revoke and erase' }))
    expect(fake.asked[0]?.changes).toEqual([{ op: 'device.revoke', wipe: 'all', user: 'bob', device: 'd-1' }])
  })

  test('only the fields that differ are changed', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(button('Change'))
    await type('Department', 'Support')
    await press(button('Next'))
    await press(button('Change user'))
    const changes = { department: 'Support' }
    expect(fake.asked[0]?.changes).toEqual([{ op: 'user.set', user: 'bob', changes }])
  })

  test('contacts tell why they are there; only own ones are changed by themselves', async () => {
    await openAdministration('operator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(within(screen.getByRole('main')).getByRole('button', { name: 'Contacts' }))
    await press(screen.getByRole('listitem', { name: /Shared.*Both are in the group Sales/ }))
    expect(screen.queryByRole('button', { name: 'Remove contact' })).toBeNull()
    await press(button('Close'))
    await press(screen.getByRole('listitem', { name: /Own.*Added to this list by hand/ }))
    expect(button('Remove contact')).toBeDefined()
  })
})

describe('honest outcomes', () => {
  test.each([
    ['approval', 'waits for a second administrator'],
    ['signature', 'waits for its signature'],
  ] as const)('what needs %s is not said to be done', async (needs, words) => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'pending', id: 'p', needs }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists spam@other.test/ }))
    await press(button('Remove rule'))
    expect(screen.getByRole('dialog').textContent).toContain(words)
    expect(screen.getByRole('dialog').textContent).not.toContain('Done.')
  })

  test('what the server would refuse cannot be done', async () => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'refused', faults: [{ index: 0, why: 'there is no rule', code: 'unknownRule' }] }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    expect(screen.getByRole('dialog').textContent).toContain('The rule is not there any more.')
    expect(screen.queryByRole('button', { name: 'Remove rule' })).toBeNull()
  })

  test('what a newer server says in its own words stands beneath a general sentence', async () => {
    const { fake } = await openAdministration('administrator')
    fake.outcome = { state: 'refused', faults: [{ index: 0, why: 'the moon is full', code: 'moon' }] }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    expect(screen.getByRole('dialog').textContent).toContain('The server refused it:')
    expect(screen.getByText('the moon is full').getAttribute('lang')).toBe('en')
  })

  test('where the policy asks for a reason, nothing is done before there is one', async () => {
    const { fake } = await openAdministration('administrator')
    fake.policy = { ...fake.policy, reason: 'required' }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    const box = screen.getByLabelText<HTMLInputElement>('Reason')
    expect(box.required).toBe(true)
    expect(screen.getByText(/The policy asks for it/)).toBeDefined()
    await type('Reason', 'it was a mistake')
    await press(button('Remove rule'))
    expect(fake.asked).toMatchObject([{ why: 'it was a mistake' }])
  })

  test('a failure on the way is told, and nothing is said to be done', async () => {
    const { state } = await openAdministration('administrator')
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    state.failures.set('admin.change', { kind: 'unreachable' })
    await press(button('Remove rule'))
    expect(screen.getByRole('dialog').textContent).toContain('not reachable')
  })
})

describe('watching', () => {
  test('the log is read on to its older lines, searched, and a line undone', async () => {
    const { fake, clock } = await openAdministration('administrator')
    await press(tab('Audit log'))
    const list = () => screen.getByRole('list', { name: 'Audit log' })
    expect(within(list()).getAllByRole('listitem')[0]?.getAttribute('aria-setsize')).toBe('100')
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'address7@' } })
    act(() => clock.pass(200))
    await act(settle)
    await press(within(list()).getByRole('listitem', { name: /address7@/ }))
    expect(screen.getByRole('dialog').textContent).toMatch(/BeforeNoneAfterx1/)
    await press(button('Undo'))
    const dialog = screen.getByRole('dialog')
    // What was done, by whom and why; and what taking it back does.
    expect(dialog.textContent).toContain('Address kept out · address7@other.test')
    expect(dialog.textContent).toContain('rita name')
    expect(dialog.textContent).toContain('Rule removed · Nobody lists x@other.test')
    expect(dialog.textContent).toContain('bob name, bob@kith.test')
    await press(button('Undo this change'))
    expect(fake.asked).toEqual([{ changes: [{ op: 'undo', n: 7 }], why: '' }])
  })

  test('one’s own proposal is not approved by oneself; another’s is', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Requests'))
    const list = within(screen.getByRole('list', { name: 'Proposals' }))
    expect(list.getAllByRole('button', { name: 'Approve' })).toHaveLength(1)
    // What was proposed stands in words.
    expect(list.getAllByRole('listitem')[0]?.textContent).toContain('Contact addedUser namebob name, bob@kith.test')
    expect(screen.getByText(/a second person has to approve it/)).toBeDefined()
    await press(list.getByRole('button', { name: 'Approve' }))
    // Whom it touches stands there before anybody approves.
    expect(screen.getByRole('dialog').textContent).toContain('New: Erin Hsu, erin@kith.test')
    await press(within(screen.getByRole('dialog')).getByRole('button', { name: 'Approve these changes' }))
    expect(fake.asked[0]?.changes).toEqual([{ op: 'decide', id: 'p-rita', approve: true }])
  })

  test('a contact request is approved once it waits for that, and refused at any time', async () => {
    const { fake } = await openAdministration('operator')
    await press(tab('Requests'))
    const list = within(screen.getByRole('list', { name: 'Contact requests' }))
    const [first, second] = list.getAllByRole('listitem')
    if (!first || !second) throw new Error('two requests')
    expect(within(second).queryByRole('button', { name: 'Approve' })).toBeNull()
    await press(within(second).getByRole('button', { name: 'Refuse' }))
    await press(button('Refuse request'))
    await press(within(screen.getByRole('dialog')).getAllByRole('button', { name: 'Close' }).at(-1) ?? first)
    await press(within(first).getByRole('button', { name: 'Approve' }))
    await press(button('Approve request'))
    expect(fake.asked.map(({ changes }) => changes)).toEqual([
      [{ op: 'request.refuse', id: 'q2' }],
      [{ op: 'request.link', id: 'q1', scope: 'external' }],
    ])
  })

  test('a kept message that its user asks for is delivered, or kept back', async () => {
    const { fake } = await openAdministration('operator')
    await press(tab('Requests'))
    const list = within(screen.getByRole('list', { name: 'Messages that users ask for' }))
    expect(list.getByRole('listitem').textContent).toContain('bob name asks for a message from zoe@else.test')
    await press(list.getByRole('button', { name: 'Refuse' }))
    await press(button('Keep message back'))
    await press(within(screen.getByRole('dialog')).getAllByRole('button', { name: 'Close' }).at(-1) ?? document.body)
    await press(list.getByRole('button', { name: 'Approve' }))
    await press(button('Deliver message'))
    expect(fake.asked.map(({ changes }) => changes)).toEqual([
      [{ op: 'quarantine.refuse', user: 'bob', message: 17 }],
      [{ op: 'quarantine.release', user: 'bob', message: 17 }],
    ])
  })

  test('why tells the rule in plain words', async () => {
    await openAdministration('auditor')
    await press(tab('Why'))
    await type('User name', 'bob')
    await type('Address', 'carol@kith.test')
    await press(button('Ask why'))
    const answer = screen.getByText('bob name does not list carol@kith.test').parentElement
    expect(answer?.textContent).toContain('Both are in the group Sales')
    expect(answer?.textContent).toContain('Nobody lists carol@kith.test')
    await type('User name', 'nobody')
    await press(button('Ask why'))
    expect(screen.getByText('There is no such user.')).toBeDefined()
  })
})
