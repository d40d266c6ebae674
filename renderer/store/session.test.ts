import { expect, test } from 'vitest'
import { createPage } from '../testing/create-page.ts'
import { settle } from '../testing/fake-clock.ts'
import { signedOutSession } from '../testing/fake-session.ts'

const form = { server: 'mail.kith.test', user: 'alice', password: 'right' }

test('a wrong password leaves the form with the failure, a right one leads in', async () => {
  const { stores } = await createPage({ session: signedOutSession })
  expect(await stores.session.signIn({ ...form, password: 'wrong' })).toBe(false)
  expect(stores.session.store.getState()).toMatchObject({ busy: 'no', failure: { kind: 'authFailed' } })
  expect(await stores.session.signIn(form)).toBe(true)
  expect(stores.session.store.getState().session?.step).toBe('ready')
  expect(stores.session.store.getState().failure).toBeUndefined()
})

test('too many attempts: the time of the next one is kept', async () => {
  const { stores, state, clock } = await createPage({ session: signedOutSession })
  state.failures.set('session.signIn', { kind: 'tooManyAttempts', detail: { retryAfter: 90_000 } })
  await stores.session.signIn(form)
  expect(stores.session.store.getState().retryAt).toBe(clock.now() + 90_000)
})

test('only one sign-in runs at a time', async () => {
  const { stores, state } = await createPage({ session: signedOutSession })
  await Promise.all([stores.session.signIn(form), stores.session.signIn(form)])
  expect(state.calls.filter(({ name }) => name === 'session.signIn')).toHaveLength(1)
})

test('a notification that outlives its session opens nothing', async () => {
  const { stores, state } = await createPage({ session: signedOutSession })
  state.emit('app.open', { conversation: 'bob@kith.test' })
  await settle()
  expect(stores.conversation.store.getState().phase).toBe('none')
  await stores.session.signIn(form)
  state.emit('app.open', { conversation: 'bob@kith.test' })
  await settle()
  expect(stores.conversation.store.getState()).toMatchObject({ id: 'bob@kith.test', phase: 'ready' })
})

test('signing in fills the lists, locking empties them and what was open', async () => {
  const { stores, state } = await createPage({ session: signedOutSession })
  expect(stores.contacts.list.rows.getState().total).toBe(0)
  await stores.session.signIn(form)
  await settle()
  expect(stores.contacts.list.rows.getState().total).toBeGreaterThan(0)
  await stores.conversation.open('bob@kith.test')
  for (const held of stores.held.list.rows.getState().pages.get(0) ?? []) await stores.held.select(held)
  expect(stores.held.store.getState().text).toBeDefined()
  state.emit('message.arrived', { id: 'm', conversation: 'carol@kith.test', name: 'Carol Wu', text: 'hello' })
  expect(stores.notices.store.getState().arrival).toMatchObject({ name: 'Carol Wu' })
  await stores.session.lock()
  await settle()
  for (const { list } of [stores.contacts, stores.chats, stores.mail, stores.held]) {
    expect(list.rows.getState()).toMatchObject({ total: 0, phase: 'new' })
  }
  expect(stores.conversation.store.getState()).toMatchObject({ phase: 'none', messages: [], draft: '' })
  expect(stores.held.store.getState().text).toBeUndefined()
  expect(stores.notices.store.getState().arrival).toBeUndefined()
})

test('a stopped page leaves no subscription behind', async () => {
  const { stores, state } = await createPage()
  stores.stop()
  state.emit('held.changed', { total: 9 })
  state.emit('session.changed', signedOutSession)
  await settle()
  expect(stores.session.store.getState().session?.step).toBe('ready')
})
