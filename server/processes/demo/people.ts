/** The people of the demo organisation. Invented, every one of them. */

/** A person of the demo, and how the others have that person in their lists. */
export type DemoPerson = {
  readonly user: string
  readonly name: string
  readonly nickname: string
  readonly remark: string
  readonly groups: readonly string[]
  readonly scope: 'internal' | 'external'
}

/** No registrable domain (RFC 2606): nothing written in a demo ever reaches anybody. */
export const demoDomain = 'kith.example'

function staff(
  user: string,
  name: string,
  nickname: string,
  [remark, ...groups]: readonly [string, ...string[]],
): DemoPerson {
  return { user, name, nickname, remark, groups, scope: 'internal' }
}

function partner(
  user: string,
  name: string,
  nickname: string,
  [remark, ...groups]: readonly [string, ...string[]],
): DemoPerson {
  return { user, name, nickname, remark, groups, scope: 'external' }
}

/** Who administers the demo. */
export const demoAdministrator = 'admin'

/** Those who can be tried out; each sees all the others. */
export const demoAccounts: readonly DemoPerson[] = [
  staff('alice', 'Alice Chen', '小艾', ['Product lead', 'Product', 'Taipei']),
  staff('bob', 'Bob Lin 林柏', '阿柏', ['Backend engineer', 'Engineering', 'Taipei']),
  partner('mei', 'Mei Tanaka 田中芽衣', 'Mei', ['Translation agency, guest account', 'Partners']),
  staff(demoAdministrator, 'Ada Kwan 關雅達', 'Ada', ['Administrator of Kith', 'IT', 'Taipei']),
]

/** Whom nobody has in a list yet: his request waits. */
export const demoNewcomer = staff('noah', 'Noah Weber 韋諾亞', 'Noah', ['Workshop', 'Operations'])

/** Requests that wait: one for the answer of whoever is asked, the other for the organisation's. */
export const demoRequests = [
  {
    user: 'noah',
    to: `alice@${demoDomain}`,
    note: '您好，我是新來的 Noah，在工坊上班。May I write to you about the samples?',
  },
  { user: 'bob', to: 'petra@printhouse.test', note: 'Petra prints our manuals. We need the proofs this week.' },
] as const

/** Those whom the others have in their lists. */
export const demoContacts: readonly DemoPerson[] = [
  staff('carol', 'Carol Wang 王可柔', '可柔', ['Head of sales', 'Sales', 'Taipei']),
  staff('david', 'David Huang 黃大衛', '大衛', ['Account manager, North', 'Sales']),
  staff('emily', 'Emily Wu 吳怡君', '怡君', ['Office manager', 'Office', 'Taipei']),
  staff('frank', 'Frank Liu 劉方', '老劉', ['Site reliability', 'Engineering']),
  staff('grace', 'Grace Tsai 蔡雅惠', '雅惠', ['Accounts payable', 'Finance']),
  staff('henry', 'Henry Hsu 許恆毅', '恆毅', ['Controller', 'Finance', 'Taipei']),
  staff('iris', 'Iris Yang 楊詩涵', '詩涵', ['Interaction designer', 'Product']),
  staff('jason', 'Jason Kuo 郭俊傑', '小郭', ['Mobile engineer', 'Engineering']),
  staff('karen', 'Karen Su 蘇凱倫', '凱倫', ['People and culture', 'People']),
  staff('leo', 'Leo Chang 張立', '張立', ['Firmware engineer', 'Engineering', 'Hsinchu']),
  staff('mia', 'Mia Hsieh 謝米雅', '米雅', ['User research', 'Product']),
  staff('nathan', 'Nathan Lo 羅納森', '納森', ['Data engineer', 'Engineering']),
  staff('olivia', 'Olivia Cheng 鄭歐莉', '歐莉', ['Legal counsel', 'Legal']),
  staff('peter', 'Peter Lai 賴彼得', '彼得', ['Facilities', 'Office', 'Hsinchu']),
  staff('queenie', 'Queenie Kao 高昆妮', '昆妮', ['Customer care', 'Support']),
  staff('ray', 'Ray Fang 方睿', '方睿', ['Customer care, evenings', 'Support']),
  staff('sara', 'Sara Chiu 邱莎拉', '莎拉', ['Board office', 'Management', 'Taipei']),
  staff('tony', 'Tony Peng 彭東尼', '東尼', ['Purchasing', 'Operations']),
  staff('una', 'Una Shih 施優娜', '優娜', ['Quality', 'Operations', 'Hsinchu']),
  staff('vincent', 'Vincent Tu 杜文森', '文森', ['Managing director', 'Management']),
  staff('wendy', 'Wendy Ho 何溫蒂', '溫蒂', ['Payroll', 'People', 'Finance']),
  staff('xavier', 'Xavier Roth', 'Xav', ['Sales engineer, Munich', 'Sales', 'Europe']),
  staff('yuki', 'Yuki Sato 佐藤雪', 'ゆき', ['Country manager, Japan', 'Sales', 'Japan']),
  staff('zoe', 'Zoe Martin', 'Zoe', ['Marketing, Paris', 'Marketing', 'Europe']),
  partner('amara', 'Amara Okafor', 'Amara', ['Freight forwarder, Lagos', 'Partners', 'Logistics']),
  partner('bruno', 'Bruno Costa', 'Bruno', ['Reseller, Lisbon', 'Partners', 'Europe']),
  partner('chen-wei', '陳偉', '陳總', ['供應商，深圳', 'Partners', 'Suppliers']),
  partner('dana', 'Dana Levi', 'Dana', ['External auditor', 'Partners', 'Finance']),
  partner('eva', 'Eva Novák', 'Eva', ['Patent attorney', 'Partners', 'Legal']),
  partner('feng', '馮曉明', '曉明', ['印刷廠聯絡窗口', 'Partners', 'Suppliers']),
  partner('giulia', 'Giulia Ricci', 'Giulia', ['Trade fair stand, Milan', 'Partners', 'Marketing']),
  partner('han', '韓佳穎', '佳穎', ['法律顧問（大陸）', 'Partners', 'Legal']),
]

/** The name of anybody in the demo. */
export function nameOfDemo(user: string): string {
  return [...demoAccounts, ...demoContacts].find((person) => person.user === user)?.name ?? user
}
