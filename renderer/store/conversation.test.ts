import { describe, expect, test } from 'vitest'
import type { Message } from '../../shared/message.ts'
import { createPage, type PageParts } from '../testing/create-page.ts'
import { settle } from '../testing/fake-clock.ts'

const bob = 'bob@kith.test'

function texts({ stores }: PageParts): string[] {
  return stores.conversation.store.getState().messages.map(({ text }) => text)
}

async function removeBob({ state, clock }: PageParts): Promise<void> {
  state.contacts.change((all) => all.filter(({ address }) => address !== bob))
  state.emit('contacts.changed', { revision: 2 })
  clock.pass(100)
  await settle()
}

function many(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `m${index}`,
    conversation: bob,
    kind: 'chat',
    direction: 'in',
    from: { address: bob, name: 'Bob', listed: true },
    to: [],
    cc: [],
    subject: '',
    text: `line ${index}`,
    simplified: false,
    at: index * 1_000,
    read: true,
  }))
}

describe('a conversation', () => {
  test('with somebody whom the list does not name yet opens once it does', async () => {
    const page = await createPage()
    const { state, stores, clock } = page
    const nana = 'nana@partner.example'
    let there: Parameters<Parameters<typeof state.contacts.change>[0]>[0] = []
    state.contacts.change((all) => {
      there = all
      return all.filter(({ address }) => address !== nana)
    })
    await stores.conversation.open(nana)
    expect(stores.conversation.store.getState()).toMatchObject({ phase: 'failed' })
    state.contacts.change(() => there)
    state.emit('contacts.changed', { revision: 2 })
    clock.pass(100)
    await settle()
    await settle()
    expect(stores.conversation.store.getState()).toMatchObject({ phase: 'ready', conversation: { open: true } })
  })

  test('opens with messages, the first unread one, and the kept draft', async () => {
    const page = await createPage()
    page.state.drafts.set(bob, 'half a sentence')
    await page.stores.conversation.open(bob)
    const { conversation, draft, firstUnread, messages } = page.stores.conversation.store.getState()
    expect(conversation).toMatchObject({ id: bob, open: true })
    expect(draft).toBe('half a sentence')
    expect(messages.find(({ id }) => id === firstUnread)?.text).toContain('noodles, yes')
  })

  test('begins with a contact to whom nobody has written yet', async () => {
    const page = await createPage({ bare: true })
    page.state.failures.set('conversations.get', { kind: 'notFound' })
    await page.stores.conversation.open(bob)
    expect(page.stores.conversation.store.getState()).toMatchObject({ phase: 'ready', conversation: { open: true } })
  })

  test('sending clears the text and shows the message as waiting', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    page.stores.conversation.setDraft('On my way')
    expect(await page.stores.conversation.send()).toBe(true)
    const last = page.stores.conversation.store.getState().messages.at(-1)
    expect(last).toMatchObject({ text: 'On my way', delivery: { step: 'waiting' } })
    expect(page.stores.conversation.store.getState().draft).toBe('')
    expect(page.state.drafts.get(bob)).toBe('')
  })

  test('two quick presses send once', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    page.stores.conversation.setDraft('once')
    await Promise.all([page.stores.conversation.send(), page.stores.conversation.send()])
    expect(page.state.calls.filter(({ name }) => name === 'outbox.submit')).toHaveLength(1)
  })

  test('a refused text is back in the composer, with what was typed meanwhile', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    page.stores.conversation.setDraft('first')
    page.state.failures.set('outbox.submit', { kind: 'diskFull' })
    const sending = page.stores.conversation.send()
    page.stores.conversation.setDraft('second')
    expect(await sending).toBe(false)
    expect(page.stores.conversation.store.getState()).toMatchObject({
      draft: 'first\nsecond',
      sendFailure: { kind: 'diskFull' },
      sending: false,
    })
  })

  test('a refused text comes back too where the conversation was opened again meanwhile', async () => {
    const page = await createPage()
    const { conversation } = page.stores
    await conversation.open(bob)
    const submitted = Promise.withResolvers<void>()
    page.state.failures.set('outbox.submit', { kind: 'diskFull' })
    page.state.delays.set('outbox.submit', submitted.promise)
    conversation.setDraft('first')
    const sending = conversation.send()
    await conversation.open(bob)
    submitted.resolve()
    expect(await sending).toBe(false)
    expect(conversation.store.getState()).toMatchObject({ draft: 'first', sendFailure: { kind: 'diskFull' } })
    expect(page.state.drafts.get(bob)).toBe('first')
  })

  test('a refused text stays though an older stored draft is still being read', async () => {
    const page = await createPage()
    const { conversation } = page.stores
    await conversation.open(bob)
    const submitted = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    page.state.failures.set('outbox.submit', { kind: 'diskFull' })
    page.state.delays.set('outbox.submit', submitted.promise)
    page.state.delays.set('draft.get', read.promise)
    conversation.setDraft('first')
    const sending = conversation.send()
    const opening = conversation.open(bob)
    await settle()
    submitted.resolve()
    await sending
    read.resolve()
    await opening
    expect(conversation.store.getState()).toMatchObject({ phase: 'ready', draft: 'first' })
  })

  test('what was typed since the conversation was opened again is kept when the text before it was sent', async () => {
    const page = await createPage()
    const { conversation } = page.stores
    await conversation.open(bob)
    const submitted = Promise.withResolvers<void>()
    page.state.delays.set('outbox.submit', submitted.promise)
    conversation.setDraft('first')
    const sending = conversation.send()
    await conversation.open(bob)
    conversation.setDraft('second')
    page.clock.pass(500)
    await settle()
    submitted.resolve()
    expect(await sending).toBe(true)
    expect(conversation.store.getState().draft).toBe('second')
    expect(page.state.drafts.get(bob)).toBe('second')
  })

  test('of two quick clicks the newer wins, though a draft is saved slowly', async () => {
    const page = await createPage()
    const { conversation } = page.stores
    await conversation.open(bob)
    conversation.setDraft('half')
    const saved = Promise.withResolvers<void>()
    page.state.delays.set('draft.save', saved.promise)
    const older = conversation.open('dan@kith.test')
    await conversation.open('carol@kith.test')
    saved.resolve()
    await older
    expect(conversation.store.getState().id).toBe('carol@kith.test')
  })

  test('I6 a removed contact closes the open conversation; its history stays', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    const before = texts(page)
    await removeBob(page)
    const { conversation } = page.stores.conversation.store.getState()
    expect(conversation).toMatchObject({ open: false, closed: 'removed' })
    expect(texts(page)).toEqual(before)
    page.stores.conversation.setDraft('too late')
    expect(await page.stores.conversation.send()).toBe(false)
  })

  test('I6 a removed contact closes the open conversation in which nobody has written yet', async () => {
    const page = await createPage({ bare: true })
    page.state.failures.set('conversations.get', { kind: 'notFound' })
    await page.stores.conversation.open(bob)
    expect(page.stores.conversation.store.getState().conversation).toMatchObject({ open: true })
    await removeBob(page)
    const { conversation } = page.stores.conversation.store.getState()
    expect(conversation).toMatchObject({ open: false, closed: 'removed' })
  })

  test('a draft is kept a moment after the last key, and at once when another conversation is opened', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    page.stores.conversation.setDraft('a')
    page.stores.conversation.setDraft('ab')
    expect(page.state.drafts.get(bob)).toBeUndefined()
    page.clock.pass(500)
    await settle()
    expect(page.state.drafts.get(bob)).toBe('ab')
    page.stores.conversation.setDraft('abc')
    await page.stores.conversation.open('carol@kith.test')
    expect(page.state.drafts.get(bob)).toBe('abc')
    expect(page.stores.conversation.store.getState().draft).toBe('')
  })

  test('older messages come before the others, until there are no more', async () => {
    const page = await createPage({ bare: true })
    page.state.messages = many(100)
    await page.stores.conversation.open(bob)
    expect(texts(page)).toHaveLength(60)
    await page.stores.conversation.loadOlder()
    expect(texts(page)).toEqual(many(100).map(({ text }) => text))
    expect(page.stores.conversation.store.getState().more).toBe(false)
  })

  test('a delivery step changes the message in place; what is new is fetched', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    page.state.emit('message.changed', { id: 'chat-7', conversation: bob, delivery: { step: 'sent', at: 5 } })
    const changed = page.stores.conversation.store.getState().messages.find(({ id }) => id === 'chat-7')
    expect(changed?.delivery).toEqual({ step: 'sent', at: 5 })
    page.state.messages = [...page.state.messages, ...many(1)]
    page.state.emit('message.arrived', { id: 'm0', conversation: bob, name: 'Bob', text: 'line 0' })
    page.clock.pass(100)
    await settle()
    expect(texts(page)).toContain('line 0')
  })

  test('seen messages are marked as read once', async () => {
    const page = await createPage()
    await page.stores.conversation.open(bob)
    await page.stores.conversation.seen()
    await page.stores.conversation.seen()
    expect(page.state.calls.filter(({ name }) => name === 'conversations.markRead')).toHaveLength(1)
  })
})
