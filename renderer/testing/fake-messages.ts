import type { HeldMessage } from '../../shared/held.ts'
import type { Delivery, Message, Participant } from '../../shared/message.ts'
import { fakeNow } from './fake-people.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export const self: Participant = { address: 'alice@kith.test', name: 'Alice Chen 陳雅筑', listed: true }
const bob: Participant = { address: 'bob@kith.test', name: 'Bob Lin 林柏', listed: true }
const carol: Participant = { address: 'carol@kith.test', name: 'Carol Wu 吳凱若', listed: true }
const zhang: Participant = { address: 'wei.zhang@partner.example', name: '张伟', listed: true }
const stranger: Participant = { address: 'ops@elsewhere.example', name: '', listed: false }

type Line = readonly [peer: Participant, side: 'in' | 'out', at: number, text: string, delivery?: Delivery]

const lines: readonly Line[] = [
  [bob, 'out', fakeNow - 2 * day, 'Morning! Did the samples arrive?', { step: 'read', at: fakeNow - 2 * day }],
  [bob, 'in', fakeNow - 2 * day + 9 * minute, 'Yes, all twelve. Two boxes are dented, the glass is fine.'],
  [bob, 'in', fakeNow - 2 * day + 10 * minute, '箱子有點凹，玻璃沒事。'],
  [
    bob,
    'out',
    fakeNow - day - 3 * hour,
    'Good. Then we show them on Friday.',
    { step: 'delivered', at: fakeNow - day },
  ],
  [bob, 'in', fakeNow - 50 * minute, 'Lunch at noon? 午餐'],
  [
    bob,
    'out',
    fakeNow - 46 * minute,
    'Yes, gladly. The place with the noodles?',
    { step: 'sent', at: fakeNow - 46 * minute },
  ],
  [bob, 'out', fakeNow - 40 * minute, 'I will bring the price list.', { step: 'failed', reason: 'rejected' }],
  [bob, 'out', fakeNow - 2 * minute, 'On my way to the station, the tunnel is next.', { step: 'waiting' }],
  [bob, 'in', fakeNow - minute, 'The noodles, yes. I booked a table for two under your name, by the window.'],
  [carol, 'in', fakeNow - 3 * hour, 'The certificate is renewed. 憑證已更新。'],
  [zhang, 'in', fakeNow - 4 * day, '报价单已经发给您了，请查收。'],
]

function lineMessage([peer, direction, at, text, delivery]: Line, index: number): Message {
  return {
    id: `chat-${index}`,
    conversation: peer.address,
    kind: 'chat',
    direction,
    from: direction === 'in' ? peer : self,
    to: [direction === 'in' ? self : peer],
    cc: [],
    subject: '',
    text,
    simplified: false,
    at,
    read: direction === 'out' || at < fakeNow - 10 * minute,
    ...(delivery && { delivery }),
  }
}

const letter = `Dear Alice,

please find the schedule for the fair below. We open on Tuesday at nine; the booth is number 14.

  Tue  set-up, 8:00
  Wed  demonstration with 张伟, 10:30
  Thu  dinner, 19:00

Let me know whether you need a room for Monday night.

Kind regards
Carol`

const mails: readonly Message[] = [
  {
    ...lineMessage([carol, 'in', fakeNow - 5 * hour, letter], 100),
    id: 'mail-1',
    kind: 'mail',
    subject: 'Schedule for the fair 展會日程',
    read: false,
    to: [self],
    cc: [zhang, stranger],
  },
  {
    ...lineMessage([zhang, 'in', fakeNow - 4 * day, '附件是最新的报价单。\n\n此致\n张伟'], 101),
    id: 'mail-2',
    kind: 'mail',
    subject: '报价单 2026-Q4',
    simplified: true,
  },
  {
    ...lineMessage(
      [
        bob,
        'out',
        fakeNow - 6 * day,
        'Hi Bob,\n\nthe contract is signed.\n\nAlice',
        { step: 'delivered', at: fakeNow - 6 * day },
      ],
      102,
    ),
    id: 'mail-3',
    kind: 'mail',
    subject: 'Contract',
  },
]

export function makeMessages(): Message[] {
  return [...lines.map(lineMessage), ...mails].toSorted((a, b) => a.at - b.at)
}

export function makeHeld(): (HeldMessage & { readonly text: string })[] {
  return [
    {
      id: 'held-1',
      claimedName: 'Bob Lin 林柏',
      claimedAddress: 'bob@kith.test',
      subject: 'Urgent transfer',
      at: fakeNow - 20 * minute,
      rule: 'I3',
      reason: 'notProven',
      contactName: 'Bob Lin 林柏',
      contactAddress: 'bob@kith.test',
      text: 'Please pay the attached invoice at once:\nhttp://evil.example/pay?id=1\n\nBob',
    },
    {
      id: 'held-2',
      claimedName: 'Carol Wu',
      claimedAddress: 'carol@kíth.test',
      subject: 'New number',
      at: fakeNow - 7 * hour,
      rule: 'I9',
      reason: 'lookalike',
      contactName: 'Carol Wu 吳凱若',
      contactAddress: 'carol@kith.test',
      text: 'This is my new address, please use it from now on.',
    },
    {
      id: 'held-3',
      claimedName: 'Sunny Deals',
      claimedAddress: 'news@sunny-deals.example',
      subject: '恭喜您中獎了 You have won',
      at: fakeNow - 3 * day,
      rule: 'I3',
      reason: 'notListed',
      text: 'Click here: https://sunny-deals.example/win',
    },
    {
      id: 'held-4',
      claimedName: '',
      claimedAddress: '',
      subject: '',
      at: fakeNow - 9 * day,
      rule: 'I2',
      reason: 'malformed',
      text: 'From: a@x.example, b@y.example',
    },
  ]
}
