import { describe, expect, test } from 'vitest'
import type { MailDraft } from '../../shared/message.ts'
import { createPage } from '../testing/create-page.ts'
import { settle } from '../testing/fake-clock.ts'
import { readySession, signedOutSession } from '../testing/fake-session.ts'
import { canSend, refusedChips } from './compose-state.ts'
import { looksLikeAddress, splitRecipients } from './recipients.ts'

const bob = { address: 'bob@kith.test', name: 'Bob Lin 林柏' }

describe('a mail that was begun', () => {
  const wait = 500
  const page = async (mailDrafts: readonly MailDraft[] = []) => {
    const parts = await createPage({ session: signedOutSession })
    parts.state.mailDrafts = mailDrafts
    const enter = async () => {
      parts.state.emit('session.changed', readySession)
      await settle()
    }
    await enter()
    const leave = () => parts.state.emit('session.changed', signedOutSession)
    return { ...parts, enter, leave }
  }

  test('is kept a moment after the last key, comes back after a lock with its recipients judged anew, and ends with Discard', async () => {
    const { stores, state, clock, enter, leave } = await page()
    await stores.compose.start({})
    await stores.compose.add('to', 'bob@kith.test, stranger@evil.example')
    stores.compose.setTyped('cc', 'car')
    stores.compose.setSubject('Half')
    stores.compose.setText('a thought')
    clock.pass(wait)
    await settle()
    leave()
    clock.pass(wait)
    await settle()
    expect(stores.compose.store.getState()).toMatchObject({ step: 'closed', text: '' })
    expect(state.mailDrafts).toMatchObject([{ subject: 'Half', text: 'a thought', typed: { cc: 'car' } }])
    await enter()
    expect(stores.compose.store.getState()).toMatchObject({
      step: 'aside',
      subject: 'Half',
      to: [
        { ...bob, verdict: 'allowed' },
        { address: 'stranger@evil.example', verdict: 'refused', rule: 'O1' },
      ],
    })
    stores.compose.resume()
    expect(stores.compose.store.getState()).toMatchObject({ step: 'editing', typed: { cc: 'car' } })
    stores.compose.discard()
    await settle()
    expect(state.mailDrafts).toEqual([])
  })

  test('several come back, the last first; one that is sent does not', async () => {
    const { stores, state, clock } = await page()
    await stores.compose.start({ to: [bob] })
    stores.compose.setText('first')
    await stores.compose.start({ to: [bob] })
    stores.compose.setText('second')
    clock.pass(wait)
    await settle()
    expect(state.mailDrafts.map(({ text }) => text)).toEqual(['first', 'second'])
    expect(await stores.compose.send()).toBe(true)
    expect(state.mailDrafts.map(({ text }) => text)).toEqual(['first'])
    stores.compose.resume()
    expect(stores.compose.store.getState().text).toBe('first')
  })

  test('an answer that nobody has written into is not kept', async () => {
    const { stores, state, clock } = await page()
    await stores.compose.start({ to: [bob], subject: 'Re: x', text: '> x' })
    clock.pass(wait)
    await settle()
    expect(state.mailDrafts).toEqual([])
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

  test('what was begun is put aside for reading, and resumed', async () => {
    const { stores } = await createPage()
    await stores.compose.start({ subject: 'Half' })
    stores.compose.putAside()
    expect(stores.compose.store.getState().step).toBe('aside')
    stores.compose.resume()
    expect(stores.compose.store.getState()).toMatchObject({ step: 'editing', subject: 'Half' })
  })

  test('what was begun outlives another mail, and comes back after it; an untouched reply does not', async () => {
    const { stores } = await createPage()
    await stores.compose.start({ subject: 'First' })
    stores.compose.setText('half written')
    await stores.compose.start({ subject: 'Re: untouched' })
    await stores.compose.start({ to: [bob], subject: 'Second' })
    expect(await stores.compose.send()).toBe(true)
    stores.compose.resume()
    expect(stores.compose.store.getState()).toMatchObject({ step: 'editing', subject: 'First', text: 'half written' })
    stores.compose.discard()
    stores.compose.resume()
    expect(stores.compose.store.getState()).toMatchObject({ step: 'editing', subject: '', text: '' })
  })

  test('nothing of a begun mail is left after the store is locked', async () => {
    const { stores, state } = await createPage()
    await stores.compose.start({ subject: 'First' })
    stores.compose.setText('half written')
    await stores.compose.start({ subject: 'Second' })
    state.emit('session.changed', signedOutSession)
    stores.compose.resume()
    expect(stores.compose.store.getState()).toMatchObject({ subject: '', text: '' })
  })

  test('a mail that is on its way is not opened for a second sending', async () => {
    const { stores } = await createPage()
    await stores.compose.start({ to: [bob], subject: 'Once' })
    const seen: string[] = []
    const undo = stores.compose.store.subscribe(({ step }) => {
      if (step !== 'sending') return
      stores.compose.resume()
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
