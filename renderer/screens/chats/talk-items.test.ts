import { expect, test } from 'vitest'
import type { Message } from '../../../shared/message.ts'
import { talkItems } from './talk-items.ts'

const noon = new Date(2026, 10, 23, 12).getTime()
const minute = 60_000

function line(id: string, at: number, direction: 'in' | 'out' = 'in'): Message {
  const peer = { address: 'bob@kith.test', name: 'Bob', listed: true }
  return {
    id,
    conversation: peer.address,
    kind: 'chat',
    direction,
    from: peer,
    to: [],
    cc: [],
    subject: '',
    text: id,
    simplified: false,
    at,
    read: true,
  }
}

function shape(messages: readonly Message[], firstUnread?: string): string[] {
  return talkItems(messages, firstUnread).map((item) =>
    item.item === 'line' ? `${item.message.id}${item.first ? ' first' : ''}${item.last ? ' last' : ''}` : item.item,
  )
}

test('a day separator stands before the first message of each day', () => {
  expect(shape([line('a', noon - 24 * 60 * minute), line('b', noon)])).toEqual([
    'day',
    'a first last',
    'day',
    'b first last',
  ])
})

test('lines of the same side within minutes make one block', () => {
  const lines = [
    line('a', noon),
    line('b', noon + minute),
    line('c', noon + 2 * minute, 'out'),
    line('d', noon + 20 * minute, 'out'),
  ]
  expect(shape(lines)).toEqual(['day', 'a first', 'b last', 'c first last', 'd first last'])
})

test('the first unread message is marked and begins a block', () => {
  expect(shape([line('a', noon), line('b', noon + minute)], 'b')).toEqual(['day', 'a first', 'new', 'b first last'])
})
