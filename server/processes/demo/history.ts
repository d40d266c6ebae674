/** What the people of the demo wrote to each other before anybody looked: chats and mail, and two messages that are held. */

/** One message of the past. */
export type Said = {
  readonly from: string
  readonly to: readonly string[]
  readonly cc?: readonly string[]
  /** So many days before the demo is made, at a time of day; or so many minutes before. */
  readonly when: { readonly days: number; readonly at: string } | { readonly minutes: number }
  readonly text: string
  /** Makes it a mail instead of a line of a chat. */
  readonly subject?: string
  /** How other messages name this one, and the one that it answers. */
  readonly id?: string
  readonly answers?: string
  /** Those who have not read it yet. */
  readonly unread?: readonly string[]
}

/** A message from outside: nothing proves who wrote it. `name` and `address` are its claim. */
export type Claimed = Pick<Said, 'when' | 'text'> & {
  readonly name: string
  readonly address: string
  readonly to: string
  readonly subject: string
}

const on = (days: number, at: string) => ({ when: { days, at } })
const before = (minutes: number) => ({ when: { minutes } })

const chats: readonly Said[] = [
  {
    from: 'bob',
    to: ['alice'],
    ...on(4, '09:05'),
    text: 'Morning! The import runs through now: 4,200 contacts in nine seconds.',
  },
  { from: 'alice', to: ['bob'], ...on(4, '09:12'), text: 'Nice. Which rows were left out?' },
  {
    from: 'bob',
    to: ['alice'],
    ...on(4, '09:14'),
    text: 'Seven, all with a date that could mean two days. The report names each line.',
  },
  { from: 'alice', to: ['bob'], ...on(4, '09:20'), text: '太好了，我下午拿給業務部看。' },
  { from: 'bob', to: ['alice'], ...on(1, '14:00'), text: '對了，測試機搬到新的機房了，你那邊連得到嗎？' },
  { from: 'alice', to: ['bob'], ...on(1, '14:07'), text: '連得到，比之前快很多。辛苦了！' },
  {
    from: 'bob',
    to: ['alice'],
    ...before(42),
    text: 'Can you look at the release notes before three? https://wiki.kith.example/release',
    unread: ['alice'],
  },
  { from: 'bob', to: ['alice'], ...before(41), text: '中文版我也放上去了！', unread: ['alice'] },

  { from: 'carol', to: ['alice'], ...on(3, '12:50'), text: '艾小姐，週四的客戶簡報可以改到下午兩點嗎？' },
  { from: 'alice', to: ['carol'], ...on(3, '12:59'), text: '可以，我把會議室也一起改了。' },
  { from: 'carol', to: ['alice'], ...on(3, '13:01'), text: '謝謝！簡報檔我今天晚上寄給你。' },
  {
    from: 'carol',
    to: ['alice'],
    ...before(130),
    text: '簡報檔寄出了，第七頁的數字請再看一下。',
    unread: ['alice'],
  },

  {
    from: 'mei',
    to: ['alice'],
    ...on(2, '09:40'),
    text: 'The Japanese texts are done except for one word: how do you translate “Held”?',
  },
  { from: 'alice', to: ['mei'], ...on(2, '10:10'), text: 'We say 攔截 in Chinese. 「保留」 would be too friendly.' },
  { from: 'mei', to: ['alice'], ...on(2, '10:15'), text: '「保留」はやめましょう。「隔離」でどうですか。' },
  { from: 'alice', to: ['mei'], ...on(2, '10:20'), text: 'Perfect, thank you.' },
  { from: 'mei', to: ['bob'], ...on(1, '10:50'), text: 'Hi Bob, could I get the strings as one file per screen?' },
  { from: 'bob', to: ['mei'], ...on(1, '11:05'), text: 'Sure, tonight.', unread: ['mei'] },

  { from: 'han', to: ['alice'], ...on(5, '14:40'), text: '合同的第四条我改好了，麻烦您有空时看一下。' },
  { from: 'alice', to: ['han'], ...on(5, '16:00'), text: '看过了，没有问题。谢谢韩律师。' },
  {
    from: 'frank',
    to: ['bob'],
    ...before(75),
    text: 'Disk on db2 is at 81 %. I order two more today.',
    unread: ['bob'],
  },
  {
    from: 'admin',
    to: ['bob'],
    ...on(1, '17:00'),
    text: 'I have your request for the print house. I answer it today.',
  },
]

const mails: readonly Said[] = [
  {
    id: 'fair',
    from: 'giulia',
    to: ['alice'],
    cc: ['carol'],
    ...on(6, '15:00'),
    subject: 'Stand at the trade fair in Milan',
    text: `Dear Alice,

the fair has offered us two places: hall 3 near the entrance, or hall 5 beside the coffee bar. The second is 20 % less.

Which one do you prefer? They keep both until Friday.

Best wishes from Milan,
Giulia`,
  },
  {
    id: 'fair-answer',
    from: 'alice',
    to: ['giulia'],
    cc: ['carol'],
    ...on(5, '10:00'),
    subject: 'Re: Stand at the trade fair in Milan',
    answers: 'fair',
    text: `Dear Giulia,

hall 5, please. Everybody drinks coffee.

Alice

> the fair has offered us two places: hall 3 near the entrance, or hall 5 beside the coffee bar. The second is 20 % less.
>
> Which one do you prefer? They keep both until Friday.`,
  },
  {
    from: 'giulia',
    to: ['alice'],
    cc: ['carol'],
    ...on(1, '11:40'),
    subject: 'Re: Stand at the trade fair in Milan',
    answers: 'fair-answer',
    unread: ['alice'],
    text: `Booked! The plan of the hall comes next week.

Giulia

> hall 5, please. Everybody drinks coffee.
>
>> Which one do you prefer? They keep both until Friday.`,
  },
  {
    id: 'boxes',
    from: 'chen-wei',
    to: ['alice'],
    ...on(2, '16:30'),
    subject: '包裝盒樣品已寄出',
    text: `陳小姐您好：

樣品今天下午寄出，共三款，預計週五送達臺北辦公室。紙質較厚的那一款單價高 8 %，但比較耐摔。

收到後請告訴我您選哪一款，我們排下週的印刷。

陳偉`,
  },
  {
    from: 'alice',
    to: ['chen-wei'],
    ...on(1, '12:30'),
    subject: 'Re: 包裝盒樣品已寄出',
    answers: 'boxes',
    text: `陳總您好：

謝謝，收到後我和採購一起看，最晚下週一回覆您。

陳雅筑

> 收到後請告訴我您選哪一款，我們排下週的印刷。`,
  },
  {
    from: 'vincent',
    to: ['alice', 'bob'],
    cc: ['carol', 'henry'],
    ...before(200),
    subject: 'Thursday: figures of the quarter 本季數字',
    unread: ['alice', 'bob'],
    text: `Hello everybody,

on Thursday at ten we go through the figures of the quarter. Please bring three numbers each, no slides.

各位同事，週四上午十點一起看本季數字，每人準備三個數字就好，不用簡報。

Vincent`,
  },
  {
    from: 'karen',
    to: ['admin'],
    ...on(1, '09:40'),
    subject: 'Noah starts today 新同事',
    unread: ['admin'],
    text: `Dear Ada,

Noah Weber begins in the workshop today. He will ask for his contacts himself.

Karen`,
  },
]

/** All of it, in any order. */
export const demoHistory: readonly Said[] = [...chats, ...mails]

/** Who pretends to be a colleague, and who looks like a partner. */
export const demoClaims: readonly Claimed[] = [
  {
    name: 'Vincent Tu 杜文森',
    address: 'vincent@kith.example',
    to: 'alice',
    ...before(63),
    subject: 'Urgent: payment before noon',
    text: `Alice, I am in a meeting and cannot talk. Pay the attached invoice before noon and tell nobody yet.

Vincent
Sent from my phone`,
  },
  {
    name: '陳偉',
    address: 'chen-wei@kith-example.test',
    to: 'alice',
    ...on(1, '15:50'),
    subject: '收款帳戶變更通知',
    text: '陳小姐您好：本公司收款帳戶已變更，往後貨款請匯入新帳戶，帳號如附件。',
  },
]

/** When it was written, in the time zone of this machine; milliseconds since the epoch, in whole seconds as a Date field has them. */
export function timeOf({ when }: Pick<Said, 'when'>, now: number): number {
  const time = new Date(now)
  if ('minutes' in when) time.setMinutes(time.getMinutes() - when.minutes, time.getSeconds(), 0)
  else {
    const [hours = 0, minutes = 0] = when.at.split(':').map(Number)
    time.setDate(time.getDate() - when.days)
    time.setHours(hours, minutes, 0, 0)
  }
  return time.getTime()
}
