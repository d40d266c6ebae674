import type { AuditLine } from '../../shared/administration.ts'
import type { Name } from '../../shared/administration/names.ts'
import type { AdminUser } from '../../shared/administration/readings.ts'
import type { KeysView } from '../../shared/key-steps.ts'
import { fakeNow } from './fake-people.ts'

/** What a change comes to. */
export const fakeLists = {
  lists: 2,
  added: 2,
  changed: 0,
  removed: 1,
  users: [
    {
      user: 'bob',
      added: 1,
      changed: 0,
      removed: 1,
      people: [
        { change: 'added' as const, name: 'Erin Hsu', address: 'erin@kith.test' },
        { change: 'removed' as const, name: 'Zoe Poe', address: 'zoe@else.test' },
      ],
    },
    {
      user: 'carol',
      added: 1,
      changed: 0,
      removed: 0,
      people: [{ change: 'added' as const, name: 'Erin Hsu', address: 'erin@kith.test' }],
    },
  ],
}

export function userAt(index: number): AdminUser {
  const user = ['alice', 'bob', 'carol'][index] ?? `user${index}`
  return {
    user,
    name: `${user} name`,
    address: `${user}@kith.test`,
    scope: 'internal',
    state: 'active',
    ...(index === 1 ? { department: 'Sales' } : {}),
    groups: ['sales'],
    role: index === 0 ? 'administrator' : 'none',
    pending: index === 2 ? 1 : 0,
  }
}

export function lineAt(n: number): AuditLine {
  const told = { who: 'rita', via: 'desktop', why: 'a reason', before: '', after: '{"x":1}', undoable: true }
  return { n, at: fakeNow - n * 1_000, op: 'rule.deny', target: `address${n}@other.test`, ...told }
}

export const fakePolicy = {
  everyone: false,
  departments: true,
  domains: false,
  approval: 'administrator',
  fourEyes: false,
  offlineDays: 7,
  onExpiry: 'block',
  reason: 'optional',
} as const

const digits = '04812 55930 61774 20385'

export const fakeKeys: KeysView = {
  version: 3,
  epoch: 1,
  expires: fakeNow + 300 * 86_400_000,
  threshold: 1,
  roots: 1,
  missing: 0,
  keys: [
    { name: 'root', fingerprint: digits, state: 'inUse', first: 1, last: 3, here: true },
    { name: 'policy', fingerprint: digits, state: 'inUse', first: 1, last: 3, here: true },
    { name: 'fresh', fingerprint: digits, state: 'inUse', first: 1, last: 3, here: true },
    { name: 'server', fingerprint: '11111 22222', state: 'inUse', first: 3, last: 3, here: true },
    { name: 'server', fingerprint: digits, state: 'listed', first: 1, last: 3, here: true },
    { name: 'server', fingerprint: '33333 44444', state: 'retired', first: 1, last: 2, here: false },
    { name: 'gateway', fingerprint: digits, state: 'inUse', first: 1, last: 3, here: true },
  ],
}

/** What people call what the fake answers mention. */
export const fakeNames = new Map<string, Name>(
  [
    ...['alice', 'bob', 'carol', 'erin', 'rita'].map((user) => ({
      id: `user:${user}`,
      name: `${user} name`,
      address: `${user}@kith.test`,
    })),
    { id: 'group:sales', name: 'Sales' },
    { id: 'device:bob d-1', name: 'laptop' },
    { id: 'rule:r1', name: 'spam@other.test', rule: { op: 'rule.deny' as const, what: 'spam@other.test' } },
    { id: 'request:q1', name: 'bob name', address: 'mei@partner.test' },
    { id: 'proposal:p-rita', name: 'rita name', op: 'contact.add', count: 1 },
  ].map((name) => [name.id, name]),
)
