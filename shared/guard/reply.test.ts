import { expect, test } from 'vitest'
import { planReply, type ReplyFacts } from './reply.ts'
import { aList, bo, carol, now, self } from './testing.ts'

function plan(more: Partial<ReplyFacts>) {
  const base = { now, self, lease: 'valid', onExpiry: 'block', unicode: false } as const
  const made = planReply(aList(), {
    ...base,
    senders: [bo.address],
    replyTo: [],
    to: [self],
    cc: [],
    all: false,
    ...more,
  })
  const texts = (list: typeof made.to): readonly string[] => list.map(({ text }) => text)
  return { ...made, to: texts(made.to), cc: texts(made.cc) }
}

test('O5 answers the sender', () => {
  expect(plan({})).toEqual({ to: [bo.address], cc: [], dropped: [], unusedReplyTo: [] })
})

test('O5 uses a Reply-To that is listed', () => {
  expect(plan({ replyTo: [carol.address] })).toEqual({ to: [carol.address], cc: [], dropped: [], unusedReplyTo: [] })
})

test.each([
  [['x@else.example']],
  [[carol.address, 'x@else.example']],
  [['"q"@else.example']],
  [['finn@receive.example']],
])('O5 shows and does not use the Reply-To %j: one unlisted address is enough', (replyTo) => {
  expect(plan({ replyTo })).toEqual({ to: [bo.address], cc: [], dropped: [], unusedReplyTo: replyTo })
})

test('O5 reply-all drops who is not listed, says who and why, and leaves oneself and doubles out', () => {
  const to = [self, 'x@else.example', bo.address.toUpperCase()]
  const cc = [carol.address, 'CAROL@kith.example', 'dan@old.example', 'no address']
  expect(plan({ all: true, to, cc })).toEqual({
    to: [bo.address],
    cc: ['CAROL@kith.example'],
    dropped: [
      { address: 'x@else.example', rule: 'O1', reason: 'notListed' },
      { address: 'dan@old.example', rule: 'O1', reason: 'expired' },
      { address: 'no address', rule: 'A2', reason: 'malformed' },
    ],
    unusedReplyTo: [],
  })
})

test('O5 answers nobody when the sender is not listed', () => {
  const dropped = [{ address: 'x@else.example', rule: 'O1', reason: 'notListed' }]
  expect(plan({ senders: ['x@else.example'] })).toEqual({ to: [], cc: [], dropped, unusedReplyTo: [] })
})

test('O5 an answer to an own message goes to whom it was written, oneself only where there is nobody else', () => {
  expect(plan({ senders: [self, bo.address] }).to).toEqual([bo.address])
  expect(plan({ senders: [self] }).to).toEqual([self])
})

test('O5 O7 answers nobody when the lease is over', () => {
  expect(plan({ lease: 'over' }).to).toEqual([])
  expect(plan({ lease: 'over', onExpiry: 'internal', senders: [carol.address] }).to).toEqual([carol.address])
})

test('F1 plans no answer from facts that make no sense', () => {
  const made = planReply(aList(), undefined as unknown as ReplyFacts)
  expect(made).toEqual({
    to: [],
    cc: [],
    dropped: [{ address: '', rule: 'F1', reason: 'malformed' }],
    unusedReplyTo: [],
  })
})
