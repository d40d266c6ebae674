import type { Contact } from '../../shared/contract.ts'

/** A fixed moment, so that tests and pictures always look the same: 23 November 2026, 09:00 UTC. */
export const fakeNow = Date.UTC(2026, 10, 23, 9)

const day = 86_400_000

type Person = readonly [name: string, nickname: string, address: string, groups: readonly string[], remark?: string]

const people: readonly Person[] = [
  ['Alice Chen 陳雅筑', '', 'alice@kith.test', ['Sales', '業務']],
  ['Bob Lin 林柏', '阿柏', 'bob@kith.test', ['Sales'], 'key account'],
  ['Carol Wu 吳凱若', '', 'carol@kith.test', ['技術 Support'], 'on call on Fridays'],
  ['David Okafor', 'Dave', 'david.okafor@kith.test', ['技術 Support']],
  ['王小明', '小明', 'xiaoming.wang@kith.test', ['業務']],
  ['李美玲', '', 'meiling.li@kith.test', ['業務'], '台北辦公室'],
  ['张伟', '老张', 'wei.zhang@partner.example', ['Partners'], '深圳供应商'],
  ['欧阳娜娜', '', 'nana@partner.example', ['Partners']],
  ['Elena Fischer', '', 'elena.fischer@kith.test', ['Board']],
  ['Grace Hopper', '', 'grace@navy.example', ['Partners'], 'compilers'],
  ['Hiroshi Tanaka', '', 'tanaka@partner.example', ['Partners']],
  ['Ingrid Sørensen', '', 'ingrid.sorensen@kith.test', ['Board'], 'chair'],
  ['Wolfgang Amadeus von und zu Hohenstein-Lichtenberg', '', 'wolfgang.hohenstein@long-name.example', ['Partners']],
]

const surnames = ['陳', '林', '黃', '張', '李', '王', '吳', '劉', '蔡', '楊']
const given = ['雅婷', '家豪', '怡君', '志明', '淑芬', '俊傑', '美惠', '建宏']
const first = ['Anna', 'Ben', 'Chloe', 'Daniel', 'Emma', 'Felix', 'Hannah', 'Ivan', 'Julia', 'Karl']
const last = ['Adams', 'Baker', 'Clark', 'Dietz', 'Evans', 'Fuchs', 'Grant', 'Hughes']

function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? ''
}

function generated(index: number): Contact {
  const chinese = index % 3 === 0
  const name = chinese
    ? `${pick(surnames, index)}${pick(given, Math.floor(index / 10))}`
    : `${pick(first, index)} ${pick(last, Math.floor(index / 10))}`
  const number = String(index).padStart(6, '0')
  return {
    id: `g${index}`,
    name: `${name} ${number}`,
    nickname: '',
    address: `person${number}@many.example`,
    remark: '',
    groups: [`Site ${String(Math.floor(index / 500)).padStart(3, '0')}`],
    scope: 'external',
    proof: 'dmarc',
    since: fakeNow - 90 * day,
  }
}

function known([name, nickname, address, groups, remark = '']: Person, index: number): Contact {
  const external = !address.endsWith('@kith.test')
  return {
    id: `p${index}`,
    name,
    nickname,
    address,
    remark,
    groups: [...groups],
    scope: external ? 'external' : 'internal',
    proof: external ? 'dmarc' : 'login',
    ...(address === 'tanaka@partner.example' && { expiresAt: fakeNow + 40 * day }),
    since: fakeNow - (200 - index) * day,
  }
}

/** Sample contacts: a dozen people with names, then as many made-up ones as are asked for. */
export function makePeople(count: number): Contact[] {
  const named = people.slice(1, count + 1).map(known)
  return [...named, ...Array.from({ length: Math.max(0, count - named.length) }, (_, index) => generated(index))]
}
