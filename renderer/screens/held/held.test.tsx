import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import { settle } from '../../testing/fake-clock.ts'
import { fakeNow } from '../../testing/fake-people.ts'
import { navButton, renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function press(element: HTMLElement) {
  fireEvent.click(element)
  await act(settle)
}

const kept: KeptMessage = {
  id: 17,
  claimedAddress: 'zoe@else.test',
  subject: 'Offer',
  at: fakeNow - 60_000,
  rule: 'I3',
  reason: 'notListed',
  state: 'kept',
}
const name = 'Claims to be zoe@else.test, Offer, Not in your whitelist'

async function open(by: 'user' | 'administrator', messages: readonly KeptMessage[] = [kept]) {
  const page = await renderPage()
  end = page.end
  page.state.kept = messages
  page.state.keptBy = by
  await press(navButton(/Held/))
  return page
}

const onServer = () => screen.getByRole('list', { name: 'Messages on the server' })
const opener = (list: HTMLElement, row: string | RegExp) => within(list).getByRole('listitem', { name: row })

test('where no gateway keeps anything there is nothing of it; the held ones are as ever', async () => {
  await open('user', [])
  expect(screen.queryByRole('list', { name: 'Messages on the server' })).toBeNull()
  expect(within(screen.getByRole('list', { name: 'Held messages' })).getAllByRole('listitem')).toHaveLength(4)
})

test('A4 a claim shows the address beside the name, and a domain of other letters as what it is', async () => {
  await open('user', [])
  const row = opener(screen.getByRole('list', { name: 'Held messages' }), /Carol Wu <carol@xn--kth-[a-z]+\.test>/)
  await press(row)
  expect(screen.getByRole('region', { name: 'Held' }).textContent).toMatch(/carol@xn--kth-/)
  expect(document.body.textContent).not.toContain('kíth')
})

test('a message on the server is a claim with its rule; asked for, it says that somebody will decide', async () => {
  const page = await open('administrator')
  await press(opener(onServer(), name))
  const shown = screen.getByRole('region', { name: 'On the server' })
  expect(shown.textContent).toContain('Rule I3')
  await press(within(shown).getByRole('button', { name: 'Ask for it' }))
  expect(page.state.calls.findLast((call) => call.name === 'quarantine.release')?.input).toEqual({ id: 17 })
  expect(within(shown).queryByRole('button')).toBeNull()
  expect(within(shown).getByRole('status').textContent).toBe('An administrator has been asked and will decide.')
  expect(opener(onServer(), name.replace('Not in', 'asked for · Not in'))).toBeTruthy()
  // The decision comes while it is open.
  page.state.kept = [{ ...kept, state: 'refused' }]
  page.state.emit('quarantine.changed', {})
  await act(async () => page.clock.pass(100))
  await act(settle)
  expect(within(shown).getByRole('status').textContent).toContain('stays on the server')
})

test('by policy the user has it delivered; once it has come it is there no more', async () => {
  const page = await open('user')
  await press(opener(onServer(), name))
  await press(screen.getByRole('button', { name: 'Deliver it to me' }))
  expect(screen.getByRole('status', { name: '' }).textContent).toContain('on its way')
  page.state.kept = []
  page.state.emit('quarantine.changed', {})
  await act(async () => page.clock.pass(100))
  await act(settle)
  expect(screen.queryByRole('region', { name: 'On the server' })).toBeNull()
  expect(screen.queryByRole('list', { name: 'Messages on the server' })).toBeNull()
})

test('a failure is told, and the message can be asked for again; a held one takes its place', async () => {
  const page = await open('administrator')
  await press(opener(onServer(), name))
  page.state.failures.set('quarantine.release', { kind: 'unreachable' })
  await press(screen.getByRole('button', { name: 'Ask for it' }))
  const shown = screen.getByRole('region', { name: 'On the server' })
  expect(shown.textContent).toMatch(/server/i)
  expect(within(shown).getByRole('button', { name: 'Ask for it' })).toBeTruthy()
  await press(opener(screen.getByRole('list', { name: 'Held messages' }), /Sunny Deals/))
  expect(screen.queryByRole('region', { name: 'On the server' })).toBeNull()
  expect(screen.getByRole('region', { name: 'Held' }).textContent).toContain('Click here')
})

const heldList = () => screen.getByRole('list', { name: 'Held messages' })
const rows = () => within(heldList()).getAllByRole('listitem')
const badge = () => navButton(/Held/).querySelector('.badge')?.textContent
const lastCall = (page: Awaited<ReturnType<typeof open>>, call: string) =>
  page.state.calls.findLast(({ name: called }) => called === call)?.input
async function pass(page: Awaited<ReturnType<typeof open>>) {
  await act(async () => page.clock.pass(100))
  await act(settle)
}

test('the badge counts what is new; who looks at Held has seen it, here and on the server', async () => {
  const page = await renderPage()
  end = page.end
  page.state.kept = [kept, { ...kept, id: 16, state: 'asked' }]
  page.state.emit('quarantine.changed', {})
  await pass(page)
  expect(badge()).toBe('3')
  await press(navButton(/Held/))
  expect(lastCall(page, 'held.looked')).toEqual({ kept: 17 })
  await pass(page)
  expect([badge(), rows().length]).toEqual([undefined, 4])
  // What comes while the window is behind others was seen by nobody yet.
  const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(false)
  page.state.heldUnseen = 1
  page.state.emit('held.changed', { total: 4 })
  await pass(page)
  expect(badge()).toBe('1')
  focus.mockReturnValue(true)
  fireEvent.focus(window)
  await pass(page)
  expect(badge()).toBeUndefined()
  focus.mockRestore()
  await press(navButton(/Chats/))
  page.state.heldUnseen = 1
  page.state.kept = [{ ...kept, id: 18 }, kept]
  page.state.emit('held.changed', { total: 4 })
  page.state.emit('quarantine.changed', {})
  await pass(page)
  expect(badge()).toBe('2')
})

test('a stranger is asked for by the address that the message claims; that it was done is said', async () => {
  const page = await open('user', [])
  await press(opener(heldList(), /Sunny Deals/))
  await press(screen.getByRole('button', { name: 'Request contact' }))
  const dialog = screen.getByRole('dialog', { name: 'Request contact' })
  const to = within(dialog).getByRole<HTMLInputElement>('textbox', { name: 'Address or invitation' })
  expect(to.value).toBe('news@sunny-deals.example')
  await press(within(dialog).getByRole('button', { name: 'Send request' }))
  await pass(page)
  expect(screen.queryByRole('button', { name: 'Request contact' })).toBeNull()
  expect(screen.getByRole('region', { name: 'Held' }).textContent).toContain('You asked for this address on')
  await press(screen.getByRole('button', { name: 'Show requests' }))
  expect(screen.getByRole('list', { name: 'You asked for' }).textContent).toContain('news@sunny-deals.example')
})

test.each([
  ['who is a contact already', /Urgent transfer/, /a request would change nothing/],
  ['a look-alike', /New number/, /make sure in another way/],
  ['nobody', /No readable sender/, /nobody to ask for/],
])('no request is offered for %s, and it says why', async (_who, row, why) => {
  await open('user', [])
  await press(opener(heldList(), row))
  expect(screen.queryByRole('button', { name: 'Request contact' })).toBeNull()
  expect(screen.getByRole('region', { name: 'Held' }).textContent).toMatch(why)
})

test('dismissed, a message leaves the list at once, and is taken back by Undo', async () => {
  const page = await open('user', [])
  await press(opener(heldList(), /Sunny Deals/))
  await press(screen.getByRole('button', { name: 'Dismiss' }))
  await pass(page)
  expect(rows()).toHaveLength(3)
  expect(screen.queryByRole('region', { name: 'Held' })).toBeNull()
  expect(screen.getByText('Dismissed. It stays in your mailbox.')).toBeDefined()
  await press(screen.getByRole('button', { name: 'Undo' }))
  await pass(page)
  expect(rows()).toHaveLength(4)
})

test('all of a sender at once, where there are more of them; deleted only after a yes', async () => {
  const page = await open('user', [])
  await press(opener(heldList(), /Sunny Deals/))
  expect(screen.queryByRole('switch')).toBeNull()
  const [one] = page.state.held.filter(({ id }) => id === 'held-3')
  page.state.held = [...page.state.held, ...(one ? [{ ...one, id: 'held-5', subject: 'Again' }] : [])]
  page.state.emit('held.changed', { total: 5 })
  await pass(page)
  await press(opener(heldList(), /Again/))
  await press(screen.getByRole('switch', { name: 'For all 2 messages of this sender' }))
  await press(screen.getByRole('button', { name: 'Delete' }))
  const ask = () => screen.getByRole('dialog', { name: 'Delete what is held' })
  expect(ask().textContent).toContain('Delete 2 messages that claim to be from news@sunny-deals.example?')
  await press(within(ask()).getByRole('button', { name: 'Cancel' }))
  expect(lastCall(page, 'held.delete')).toBeUndefined()
  await press(screen.getByRole('button', { name: 'Delete' }))
  await press(within(ask()).getByRole('button', { name: 'Delete' }))
  await pass(page)
  expect(lastCall(page, 'held.delete')).toEqual({ id: 'held-5', scope: 'sender' })
  expect(rows()).toHaveLength(3)
  expect(screen.getByText('2 deleted')).toBeDefined()
})

test('what could not be put away stays, and says why', async () => {
  const page = await open('user', [])
  await press(opener(heldList(), /Sunny Deals/))
  page.state.failures.set('held.dismiss', { kind: 'diskFull' })
  await press(screen.getByRole('button', { name: 'Dismiss' }))
  expect(screen.getByRole('region', { name: 'Held' }).textContent).toMatch(/disk/i)
  expect(rows()).toHaveLength(4)
})

test('I6 what a newer list admitted is told, with the way to its conversation', async () => {
  const page = await open('user', [])
  act(() => page.state.emit('held.admitted', { conversation: 'carol@kith.test', name: 'Carol Wu', count: 2 }))
  const notices = screen.getByRole('region', { name: 'Notices' })
  expect(notices.textContent).toContain('2 messages from Carol Wu moved to your conversation')
  await press(within(notices).getByRole('button', { name: 'Message Carol Wu' }))
  expect(screen.getByRole('log', { name: 'Conversation' })).toBeDefined()
  expect(screen.getByRole('heading', { name: /Carol/ })).toBeDefined()
  expect(notices.textContent).not.toContain('moved')
})

test('of what the server keeps a stranger can be asked for as well', async () => {
  await open('user')
  await press(opener(onServer(), name))
  await press(screen.getByRole('button', { name: 'Request contact' }))
  const to = screen.getByRole<HTMLInputElement>('textbox', { name: 'Address or invitation' })
  expect(to.value).toBe('zoe@else.test')
})

test('what the server keeps is deleted there after a yes, one or all of a sender', async () => {
  const page = await open('user', [
    kept,
    { ...kept, id: 16, subject: 'Again' },
    { ...kept, id: 15, claimedAddress: 'x@y.test' },
  ])
  await press(opener(onServer(), name))
  await press(screen.getByRole('switch', { name: 'For all 2 messages of this sender' }))
  await press(screen.getByRole('button', { name: 'Delete' }))
  const ask = screen.getByRole('dialog', { name: 'Delete what is held' })
  expect(ask.textContent).toMatch(/Delete 2 messages that claim to be from zoe@else.test.*off the server for good/)
  await press(within(ask).getByRole('button', { name: 'Delete' }))
  expect(lastCall(page, 'quarantine.delete')).toEqual({ id: 17, scope: 'sender' })
  expect(within(onServer()).getAllByRole('listitem')).toHaveLength(1)
  expect(screen.queryByRole('region', { name: 'On the server' })).toBeNull()
  expect(screen.getByText('2 deleted')).toBeDefined()
})
