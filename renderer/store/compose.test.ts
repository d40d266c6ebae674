import { describe, expect, test } from 'vitest'
import { createPage } from '../testing/create-page.ts'
import { settle } from '../testing/fake-clock.ts'
import { readySession, signedOutSession } from '../testing/fake-session.ts'
import { canSend, refusedChips } from './compose-state.ts'
import { looksLikeAddress, splitRecipients } from './recipients.ts'

const bob = { address: 'bob@kith.test', name: 'Bob Lin 林柏' }

describe('a mail that was begun', () => {
  const wait = 500
  const page = async () => {
    const parts = await createPage()
    const { stores, state, clock } = parts
    const pause = async () => {
      clock.pass(wait)
      await settle()
    }
    const lock = async () => {
      state.emit('session.changed', signedOutSession)
      await pause()
      state.emit('session.changed', readySession)
      await settle()
    }
    const subjects = () => state.mailDrafts.map(({ draft }) => draft.subject)
    const listed = () => stores.mail.store.getState().drafts
    const now = () => stores.compose.store.getState()
    return { ...parts, compose: stores.compose, pause, lock, subjects, listed, now }
  }

  test('is kept a moment after the last key, and is listed after a lock; opened, its recipients are judged anew', async () => {
    const { compose, state, pause, lock, listed, now } = await page()
    await compose.start({})
    await compose.add('to', 'bob@kith.test, stranger@evil.example')
    compose.setTyped('cc', 'car')
    compose.setSubject('Half')
    compose.setText('a thought')
    await pause()
    await lock()
    expect(now()).toMatchObject({ step: 'closed', text: '' })
    expect(state.mailDrafts).toMatchObject([{ draft: { subject: 'Half', text: 'a thought', typed: { cc: 'car' } } }])
    expect(listed()).toMatchObject([
      { subject: 'Half', people: [{ name: bob.name }, { address: 'stranger@evil.example' }, { address: 'car' }] },
    ])
    await compose.open(listed()[0]?.id ?? '')
    expect(now()).toMatchObject({
      step: 'editing',
      subject: 'Half',
      typed: { cc: 'car' },
      to: [
        { ...bob, verdict: 'allowed' },
        { address: 'stranger@evil.example', verdict: 'refused', rule: 'O1' },
      ],
    })
  })

  test('several at once: a new one never takes the place of another, and each is gone on with by itself', async () => {
    const { compose, pause, subjects, listed, now } = await page()
    for (const subject of ['First', 'Second', 'Third']) {
      await compose.start({ to: [bob] })
      expect(now()).toMatchObject({ step: 'editing', subject: '', text: '' })
      compose.setSubject(subject)
    }
    await pause()
    expect(subjects()).toEqual(['Third', 'Second', 'First'])
    await compose.open(listed().find(({ subject }) => subject === 'First')?.id ?? '')
    compose.setText('more')
    await compose.putAside()
    expect(now().step).toBe('closed')
    expect(subjects()).toEqual(['First', 'Third', 'Second'])
  })

  test('one that is sent is gone, with what was still on its way into the store', async () => {
    const { compose, state, subjects, pause } = await page()
    await compose.start({ to: [bob] })
    compose.setSubject('Sent')
    const slow = Promise.withResolvers<undefined>()
    state.delays.set('mailDrafts.save', slow.promise)
    await pause()
    const sending = compose.send()
    await settle()
    slow.resolve(undefined)
    expect(await sending).toBe(true)
    await pause()
    expect(subjects()).toEqual([])
  })

  test('one that could not be sent stays', async () => {
    const { compose, state, subjects, pause, now } = await page()
    await compose.start({ to: [bob] })
    compose.setSubject('Large')
    await pause()
    state.failures.set('outbox.submit', { kind: 'tooLarge' })
    expect(await compose.send()).toBe(false)
    expect([subjects(), now().step]).toEqual([['Large'], 'editing'])
  })

  test('Discard ends it and can be undone, with everything that was in it', async () => {
    const { compose, state, subjects, pause, now } = await page()
    await compose.start({ to: [bob], inReplyTo: 'mail-1' })
    compose.setTyped('cc', 'car')
    compose.setText('a thought')
    await pause()
    const before = state.mailDrafts.map(({ draft }) => draft)
    const undo = compose.discard()
    await pause()
    expect([subjects(), now().step]).toEqual([[], 'closed'])
    // Another mail was begun meanwhile: it is kept as well.
    await compose.start({})
    compose.setSubject('Other')
    await undo?.()
    expect(now()).toMatchObject({ step: 'editing', text: 'a thought', typed: { cc: 'car' }, inReplyTo: 'mail-1' })
    expect(state.mailDrafts.map(({ draft }) => draft)).toEqual([
      ...before,
      expect.objectContaining({ subject: 'Other' }),
    ])
  })

  test('Discard of what was on its way into the store leaves nothing there', async () => {
    const { compose, state, subjects, pause } = await page()
    await compose.start({})
    compose.setSubject('Half')
    const slow = Promise.withResolvers<undefined>()
    state.delays.set('mailDrafts.save', slow.promise)
    await pause()
    compose.discard()
    slow.resolve(undefined)
    await pause()
    expect(subjects()).toEqual([])
  })

  test('where it cannot be kept, that is said, it is tried again, and nothing takes its place', async () => {
    const { compose, state, subjects, pause, now } = await page()
    await compose.start({})
    compose.setSubject('Half')
    state.failures.set('mailDrafts.save', { kind: 'diskFull' })
    await pause()
    expect(now()).toMatchObject({ step: 'editing', unkept: { kind: 'diskFull' } })
    state.failures.set('mailDrafts.save', { kind: 'diskFull' })
    await compose.start({ subject: 'Other' })
    expect(now()).toMatchObject({ step: 'editing', subject: 'Half', unkept: { kind: 'diskFull' } })
    compose.setText('a thought')
    await pause()
    expect([subjects(), now().unkept]).toEqual([['Half'], undefined])
  })

  test('one that was emptied again, and an answer that nobody has written into, are not kept', async () => {
    const { compose, subjects, pause } = await page()
    await compose.start({})
    compose.setSubject('H')
    await pause()
    compose.setSubject('')
    await pause()
    await compose.start({ to: [bob], subject: 'Re: x', text: '> x' })
    await pause()
    expect(subjects()).toEqual([])
    expect(compose.store.getState().id).toBeUndefined()
  })
})

describe('composing mail', () => {
  test('O1 an unlisted address is marked with its rule, and nothing can be sent', async () => {
    const { stores, state } = await createPage()
    await stores.compose.start({ to: [bob] })
    expect(canSend(stores.compose.store.getState())).toBe(true)
    await stores.compose.add('bcc', 'stranger@evil.example')
    const now = stores.compose.store.getState()
    expect(refusedChips(now)).toMatchObject([{ address: 'stranger@evil.example', rule: 'O1', reason: 'notListed' }])
    expect(canSend(now)).toBe(false)
    expect(await stores.compose.send()).toBe(false)
    expect(state.calls.map(({ name }) => name)).not.toContain('outbox.submit')
  })

  test('a listed address gets its name from the whitelist, whatever was pasted around it', async () => {
    const { stores } = await createPage()
    await stores.compose.start({})
    await stores.compose.add('to', '"The Boss" <bob@kith.test>')
    expect(stores.compose.store.getState().to).toEqual([{ ...bob, verdict: 'allowed' }])
  })

  test('an address typed into the field is judged before it is sent', async () => {
    const { stores } = await createPage()
    await stores.compose.start({})
    stores.compose.setTyped('to', 'm')
    for (const text of ['mallory@x.exampl', 'mallory@x.example']) stores.compose.setTyped('to', text)
    await settle()
    expect(await stores.compose.send()).toBe(false)
    expect(refusedChips(stores.compose.store.getState())).toHaveLength(1)
  })

  test('an unlisted address that arrives whole is marked without a key press', async () => {
    const { stores } = await createPage()
    await stores.compose.start({})
    stores.compose.setTyped('to', 'stranger@evil.example')
    await settle()
    expect(refusedChips(stores.compose.store.getState())).toHaveLength(1)
    stores.compose.setTyped('to', 'carol@kith.test')
    await settle()
    expect(stores.compose.store.getState().typed.to).toBe('carol@kith.test')
  })

  test('a newer list judges the recipients again', async () => {
    const { stores, state, clock } = await createPage()
    await stores.compose.start({ to: [bob] })
    state.contacts.change((all) => all.filter(({ address }) => address !== bob.address))
    state.emit('contacts.changed', { revision: 2 })
    clock.pass(100)
    await settle()
    expect(canSend(stores.compose.store.getState())).toBe(false)
  })

  test('sending closes the composer; a failure keeps everything', async () => {
    const { stores, state } = await createPage()
    await stores.compose.start({ to: [bob], subject: 'Hello', text: 'Text' })
    state.failures.set('outbox.submit', { kind: 'tooLarge' })
    expect(await stores.compose.send()).toBe(false)
    expect(stores.compose.store.getState()).toMatchObject({
      step: 'editing',
      text: 'Text',
      failure: { kind: 'tooLarge' },
    })
    expect(await stores.compose.send()).toBe(true)
    expect(stores.compose.store.getState()).toMatchObject({ step: 'closed', to: [], text: '' })
    expect(state.messages.at(-1)).toMatchObject({ kind: 'mail', subject: 'Hello', text: 'Text' })
  })

  test('nothing of a begun mail is left after the store is locked', async () => {
    const { stores, state } = await createPage()
    await stores.compose.start({ subject: 'First' })
    stores.compose.setText('half written')
    state.emit('session.changed', signedOutSession)
    expect(stores.compose.store.getState()).toMatchObject({ step: 'closed', subject: '', text: '' })
    expect(stores.mail.store.getState().drafts).toEqual([])
  })

  test('a mail that is on its way is not opened for a second sending', async () => {
    const { stores } = await createPage()
    await stores.compose.start({ to: [bob], subject: 'Once' })
    const seen: string[] = []
    const undo = stores.compose.store.subscribe(({ step }) => {
      if (step !== 'sending') return
      void stores.compose.start({ subject: 'Other' })
      seen.push(stores.compose.store.getState().step)
    })
    expect(await stores.compose.send()).toBe(true)
    undo()
    expect(seen).toEqual(['sending'])
  })
})

describe('recipients in text', () => {
  test.each([
    ['a@x.test', ['a@x.test']],
    ['a@x.test, b@y.test;c@z.test', ['a@x.test', 'b@y.test', 'c@z.test']],
    ['"Last, First" <a@x.test>, b@y.test', ['a@x.test', 'b@y.test']],
    ['林柏 <bob@x.test>；a@x.test', ['bob@x.test', 'a@x.test']],
    ['mailto:a@x.test', ['a@x.test']],
    ['a@x.test a@x.test', ['a@x.test']],
    ['nobody', ['nobody']],
    ['  ', []],
  ])('%s', (text, addresses) => {
    expect(splitRecipients(text)).toEqual(addresses)
  })

  test.each([
    ['a@x.test', true],
    ['a@x', false],
    ['a@x.t', false],
    ['two words@x.test', false],
  ])('%s looks finished: %s', (text, finished) => {
    expect(looksLikeAddress(text)).toBe(finished)
  })
})
