import { describe, expect, test } from 'vitest'
import { noticeOf } from './notice.ts'
import { nativeWords } from './words.ts'

const arrived = { id: 'm1', conversation: 'bob@corp.test', name: 'Bob Lin 林柏', text: 'See you\nat noon' }
const facts = {
  settings: { notifications: true, notificationText: true },
  focused: false,
  recent: 1,
  words: nativeWords('en'),
  markup: true,
}

const message = (value: unknown) => ({ name: 'message.arrived', value })

describe('a new message', () => {
  test('notifies under the name of the contact, with the text in one line', () => {
    expect(noticeOf(message(arrived), facts)).toEqual({
      title: 'Bob Lin 林柏',
      body: 'See you at noon',
      conversation: 'bob@corp.test',
    })
  })

  test('keeps its text to itself when the settings say so', () => {
    const settings = { notifications: true, notificationText: false }
    expect(noticeOf(message(arrived), { ...facts, settings })?.body).toBe('New message')
  })

  test.each([
    ['switched off', { ...facts, settings: { notifications: false, notificationText: true } }, arrived],
    ['the window has the focus', { ...facts, focused: true }, arrived],
    ['the event is not of the contract', facts, { name: 'Bob' }],
  ])('is silent: %s', (_, given, value) => {
    expect(noticeOf(message(value), given)).toBeUndefined()
  })

  test('in a burst is counted, and names nobody', () => {
    expect(noticeOf(message(arrived), { ...facts, recent: 4 })).toEqual({
      title: 'Kith',
      body: '4 new messages',
      conversation: undefined,
    })
  })

  test('cannot bring markup into the notification', () => {
    const text = 'x <img src="https://evil.example/p"> y'
    expect(noticeOf(message({ ...arrived, text }), facts)?.body).not.toMatch(/[<>]/)
  })

  test.each([
    ['where markup is read', true, 'R&amp;D &amp;lt;b&amp;gt; &lt;i&gt;'],
    ['where it is text', false, 'R&D &lt;b&gt; <i>'],
  ])('says what was written, %s', (_, markup, body) => {
    const text = 'R&D &lt;b&gt; <i>'
    const notice = noticeOf(message({ ...arrived, name: 'R&D \u202e<b>', text }), { ...facts, markup })
    expect(notice).toMatchObject({ title: 'R&D ‹b›', body })
  })

  test('of great length is cut', () => {
    expect(noticeOf(message({ ...arrived, text: 'x'.repeat(5_000) }), facts)?.body).toHaveLength(200)
  })
})

describe('news of a contact request', () => {
  const asked = { what: 'asked', name: 'Mei\u202e <b>Lin</b>', address: 'mei@partner.example' }
  const request = (value: unknown) => ({ name: 'request.arrived', value })

  test('tells who asks, the address beside the name, as text; an answer tells for whom it is', () => {
    expect(noticeOf(request(asked), facts)).toEqual({
      title: 'Mei ‹b›Lin‹/b› (mei@partner.example)',
      body: 'Contact request',
      conversation: undefined,
    })
    expect(noticeOf(request({ ...asked, what: 'linked', name: '' }), facts)).toMatchObject({
      title: 'mei@partner.example',
      body: 'Your contact request was accepted',
      conversation: 'mei@partner.example',
    })
    expect(noticeOf(request({ ...asked, what: 'linked' }), facts)).toMatchObject({ body: 'Is your contact now' })
  })

  test.each([
    ['switched off', { ...facts, settings: { notifications: false, notificationText: true } }, asked],
    ['the window has the focus', { ...facts, focused: true }, asked],
    ['in a burst', { ...facts, recent: 4 }, asked],
    ['the event is not of the contract', facts, { what: 'constructor' }],
  ])('is silent: %s', (_, given, value) => {
    expect(noticeOf(request(value), given)).toBeUndefined()
  })
})
