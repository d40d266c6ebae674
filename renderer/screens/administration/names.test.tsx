import { screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { button, openAdministration, press, tab, type } from '../../testing/administering.tsx'
import { fakeCode, fakeRecoveryCodes } from '../../testing/fake-administration.ts'

const dialog = () => screen.getByRole('dialog')

describe('names in place of ids', () => {
  test.each([
    ['group.join', 'sales bob', '', '"member"', 'Member added · Sales · bob name'],
    ['device.lock', 'bob d-1', '"active"', '"locked"', 'Device locked · bob name · laptop'],
    ['rule.remove', 'gone', '{"op":"rule.deny","what":"x@other.test"}', '', 'Rule removed · Nobody lists x@other.test'],
    ['rule.deny', 'r1', '', '', 'Address kept out · Nobody lists spam@other.test'],
    ['request.refuse', 'q1', '"asked"', '', 'Request refused · bob name and mei@partner.test'],
    ['contact.add', 'bob mei@partner.test', '', '{"name":"Mei"}', 'Contact added · bob name · Mei, mei@partner.test'],
    ['proposal.approve', 'p-rita', '', '', 'Proposal approved · rita name: Contact added'],
    ['key.rotate', 'policy', '', '', 'Key replaced · Policy key'],
    ['role.resetSecondFactor', 'bob', '', '', 'Authenticator reset · bob name'],
    ['user.disable', 'nobody-left', '', '', 'User disabled · nobody-left'],
  ])('a line about %s tells whom it is about', async (...[op, target, before, after, words]) => {
    const { fake } = await openAdministration('auditor')
    const told = { n: 1, at: 0, via: 'cli', why: '', before, after, undoable: false }
    fake.lines = [{ ...told, op, target, who: 'alice, rita' }]
    await press(tab('Audit log'))
    const [line] = within(screen.getByRole('list', { name: 'Audit log' })).getAllByRole('listitem')
    expect(line?.textContent).toContain(words)
    expect(line?.textContent).toContain('alice name, rita name')
  })

  test('a preview names everybody whom it touches, and more on demand', async () => {
    const { fake } = await openAdministration('administrator')
    const users = Array.from({ length: 9 }, (_, index) => ({ user: `user${index}`, added: 1, changed: 0, removed: 0 }))
    fake.tried = { lists: 40, added: 40, changed: 0, removed: 0, users }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    const rows = () => within(screen.getByRole('list', { name: 'Whose lists change' })).getAllByRole('listitem')
    expect(rows()).toHaveLength(6)
    await press(button('and 34 more'))
    expect(rows()).toHaveLength(9)
    expect(dialog().textContent).toContain('and 31 more that are not shown here')
  })

  test('what becomes different says from what to what', async () => {
    const { fake } = await openAdministration('administrator')
    const role = { op: 'role.set', target: 'bob', before: '"none"', after: '"auditor"' }
    const policy = { op: 'policy.set', target: 'policy', before: '{"domains":false}', after: '{"domains":true}' }
    fake.tried = { lists: 0, added: 0, changed: 0, removed: 0, users: [], changes: [role, policy] }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    expect(dialog().textContent).toContain('Role set · bob nameBeforeRoleNo roleAfterRoleAuditor')
    expect(dialog().textContent).toContain('BeforeWhole domainsOffAfterWhole domainsOn')
  })

  test('of a list with many changes the first names and how many more', async () => {
    const { fake } = await openAdministration('administrator')
    const people = ['Ann', 'Ben'].map((name) => ({ change: 'added' as const, name, address: `${name}@else.test` }))
    const users = [{ user: 'bob', added: 7, changed: 0, removed: 0, people }]
    fake.tried = { lists: 1, added: 7, changed: 0, removed: 0, users }
    await press(tab('Rules'))
    await press(screen.getByRole('listitem', { name: /Nobody lists/ }))
    expect(dialog().textContent).toContain('New: Ann (Ann@else.test), Ben (Ben@else.test), and 5 more')
  })
})

describe('where one looks for it', () => {
  test('policy is a tab; each switch is tried before it is done', async () => {
    const { fake } = await openAdministration('administrator')
    await press(tab('Policy'))
    await press(screen.getByRole('switch', { name: 'Whole domains may be listed' }))
    await press(button('Change policy'))
    expect(fake.asked[0]?.changes).toEqual([{ op: 'policy.set', changes: { domains: true } }])
  })

  test('whoever may only look reads the policy', async () => {
    await openAdministration('auditor')
    await press(tab('Policy'))
    expect(screen.queryByRole('switch')).toBeNull()
    expect(screen.getByText('Who approves contacts from outside')).toBeDefined()
  })

  test('a contact’s row asks why it is there, and a person’s why anybody is', async () => {
    await openAdministration('operator')
    await press(tab('Users'))
    await press(screen.getByRole('listitem', { name: /bob name/ }))
    await press(within(screen.getByRole('main')).getByRole('button', { name: 'Contacts' }))
    await press(screen.getByRole('listitem', { name: /Shared/ }))
    await press(button('Why is Shared in bob name’s list?'))
    expect(tab('Why').getAttribute('aria-current')).toBe('page')
    expect(screen.getByText('bob name does not list shared@kith.test')).toBeDefined()
    await press(tab('Users'))
    await press(within(screen.getByRole('main')).getByRole('button', { name: 'Account' }))
    await press(button('Why is somebody in bob name’s list, or not?'))
    expect(screen.getByLabelText<HTMLInputElement>('User name').value).toBe('bob')
  })

  test('what waits and what is done stand under headings of their own', async () => {
    await openAdministration('auditor')
    await press(tab('Requests'))
    const waiting = within(screen.getByRole('region', { name: 'Waiting' }))
    const done = within(screen.getByRole('region', { name: 'Done' }))
    expect(waiting.getByRole('heading', { name: 'Proposals' })).toBeDefined()
    expect(waiting.getByRole('heading', { name: 'Contact requests' })).toBeDefined()
    expect(done.getByRole('heading', { name: 'Contact requests that ended' })).toBeDefined()
    expect(done.getByText('carol name and kai@partner.test')).toBeDefined()
    expect(waiting.queryByText('carol name and kai@partner.test')).toBeNull()
  })
})

describe('recovery codes', () => {
  test('they are shown once, when the authenticator is set up', async () => {
    const { stores } = await openAdministration('administrator', 'setUp')
    await type('Password', 'right')
    await press(button('Next'))
    await type('Code', fakeCode)
    await press(button('Open'))
    for (const code of fakeRecoveryCodes) expect(document.body.textContent).toContain(code)
    await press(tab('Users'))
    await press(tab('Overview'))
    expect(document.body.textContent).toContain(fakeRecoveryCodes[0])
    await press(button('I have kept them'))
    expect(document.body.textContent).not.toContain(fakeRecoveryCodes[0])
    expect(JSON.stringify(stores.administration.opening.store.getState())).not.toContain(fakeRecoveryCodes[0])
    expect(screen.getByText('2 recovery codes are left.')).toBeDefined()
  })

  test('one opens in place of the code, which is said together with how many are left', async () => {
    await openAdministration('administrator', 'code')
    expect(screen.getByText(/or one of your recovery codes/)).toBeDefined()
    await type('Code', fakeRecoveryCodes[0] ?? '')
    await press(button('Open'))
    expect(screen.getByText(/opened the administration with a recovery code/)).toBeDefined()
    expect(screen.getByText('1 recovery code is left.')).toBeDefined()
  })

  test('new ones are made for whoever knows the password', async () => {
    const { fake } = await openAdministration('administrator')
    fake.state = { ...fake.state, totp: true, recovery: 0 }
    await press(tab('Users'))
    await press(screen.getAllByRole('button', { name: /Settings/ }).at(-1) ?? document.body)
    await press(screen.getByRole('button', { name: /Administration/ }))
    await press(tab('Overview'))
    expect(screen.getByText(/There is no recovery code/)).toBeDefined()
    await press(button('Make new recovery codes'))
    await type('Password', 'wrong')
    await press(within(dialog()).getByRole('button', { name: 'Make new recovery codes' }))
    expect(within(dialog()).getByRole('alert').textContent).toContain('Wrong name or password')
    await type('Password', 'right')
    await press(within(dialog()).getByRole('button', { name: 'Make new recovery codes' }))
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(document.body.textContent).toContain(fakeRecoveryCodes[1])
  })

  test('another authenticator is set up from within', async () => {
    const { fake } = await openAdministration('administrator', 'code')
    await type('Code', fakeCode)
    await press(button('Open'))
    expect(screen.queryByText(fakeRecoveryCodes[0] ?? '')).toBeNull()
    await press(button('Set up another authenticator'))
    await type('Password', 'right')
    await press(button('Next'))
    expect(screen.getByText('GEZD GNBV GY3T QOJQ')).toBeDefined()
    await type('Code', fakeCode)
    await press(within(dialog()).getByRole('button', { name: 'Open' }))
    expect(fake.state.totp).toBe(true)
    expect(document.body.textContent).toContain(fakeRecoveryCodes[0])
  })
})
