import { act, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
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
