/** Answers: to whom they go, and what becomes of one whose plan comes late. */
import { describe, expect, test } from 'vitest'
import type { Message } from '../../shared/message.ts'
import { createPage } from '../testing/create-page.ts'
import { signedOutSession } from '../testing/fake-session.ts'

const bob = { address: 'bob@kith.test', name: 'Bob Lin 林柏' }
const self = 'alice@kith.test'
const person = (address: string, listed = true) => ({ address, name: '', listed })
const message: Message = {
  id: 'm',
  conversation: 'bob@kith.test',
  kind: 'mail',
  direction: 'in',
  from: person('bob@kith.test'),
  to: [person(self), person('carol@kith.test')],
  cc: [person('stranger@evil.example', false)],
  subject: 'Plan',
  text: 'one\ntwo',
  simplified: false,
  at: 0,
  read: true,
}

async function answer(scope: 'sender' | 'all', replyTo: readonly string[] = []) {
  const { stores, state } = await createPage()
  state.messages = [...state.messages, message]
  state.replyTo.set(message.id, replyTo)
  await stores.compose.answer(message, scope)
  return { state: stores.compose.store.getState(), fake: state }
}

describe('answering', () => {
  test('O5 goes to the sender alone', async () => {
    const { state } = await answer('sender')
    expect(state).toMatchObject({
      step: 'editing',
      to: [{ ...bob, verdict: 'allowed' }],
      cc: [],
      dropped: [],
      unusedReplyTo: [],
      subject: 'Re: Plan',
      text: '\n\n> one\n> two',
      inReplyTo: 'm',
    })
  })

  test('O5 to all drops the unlisted and names them', async () => {
    const { state } = await answer('all')
    expect(state.to.map(({ address }) => address)).toEqual(['bob@kith.test'])
    expect(state.cc.map(({ address }) => address)).toEqual(['carol@kith.test'])
    expect(state.dropped).toEqual(['stranger@evil.example'])
  })

  test('O5 goes to a listed Reply-To; an unlisted one is shown and not used', async () => {
    const listed = await answer('sender', ['carol@kith.test'])
    expect(listed.state).toMatchObject({ to: [{ address: 'carol@kith.test' }], unusedReplyTo: [] })
    const unlisted = await answer('sender', ['stranger@evil.example'])
    expect(unlisted.state).toMatchObject({ to: [bob], unusedReplyTo: ['stranger@evil.example'] })
  })

  test('an answer that cannot be planned says why, with nobody in it', async () => {
    const { stores, state } = await createPage()
    state.failures.set('message.planReply', { kind: 'notFound' })
    await stores.compose.answer(message, 'sender')
    expect(stores.compose.store.getState()).toMatchObject({
      to: [],
      subject: 'Re: Plan',
      failure: { kind: 'notFound' },
    })
  })
})

async function slowAnswer(subject: string) {
  const page = await createPage()
  const own = { ...message, id: subject, subject }
  page.state.messages = [...page.state.messages, own]
  const { promise, resolve: release } = Promise.withResolvers<void>()
  page.state.delays.set('message.planReply', promise)
  const answering = page.stores.compose.answer(own, 'sender')
  const arrive = async () => {
    release()
    await answering
  }
  return { ...page, compose: page.stores.compose, arrive }
}

describe('an answer whose plan comes late', () => {
  test('a plan that comes after a lock opens nothing', async () => {
    const { stores, state, compose, arrive } = await slowAnswer('Plan')
    await stores.session.lock()
    state.emit('session.changed', signedOutSession)
    await arrive()
    expect(compose.store.getState()).toMatchObject({ step: 'closed', subject: '', text: '' })
  })

  test('a plan that comes late pushes no mail aside that was begun meanwhile', async () => {
    const { compose, arrive } = await slowAnswer('Plan')
    await compose.start({})
    compose.setText('mine')
    await arrive()
    expect(compose.store.getState()).toMatchObject({ step: 'editing', subject: '', text: 'mine' })
  })

  test('a plan that comes late opens nothing after Discard, and nothing over what was begun meanwhile', async () => {
    const { compose, arrive } = await slowAnswer('Plan')
    compose.discard()
    await arrive()
    expect(compose.store.getState().step).toBe('closed')
    const again = await slowAnswer('Plan')
    await again.compose.start({})
    await again.arrive()
    expect(again.compose.store.getState()).toMatchObject({ step: 'editing', subject: '' })
  })

  test('of two answers the one pressed last opens, whichever plan comes first', async () => {
    const { state, compose, arrive } = await slowAnswer('First')
    const second = { ...message, id: 'second', subject: 'Second' }
    state.messages = [...state.messages, second]
    await compose.answer(second, 'sender')
    await arrive()
    expect(compose.store.getState()).toMatchObject({ step: 'editing', subject: 'Re: Second' })
  })
})
