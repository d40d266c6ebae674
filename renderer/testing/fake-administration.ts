import type {
  AdminAskName,
  AdminOverview,
  AdminState,
  AdminUser,
  AuditLine,
  GivenChange,
  Outcome,
} from '../../shared/administration.ts'
import type { KithContract } from '../../shared/contract.ts'
import type { KeysView } from '../../shared/key-steps.ts'
import { fail, type Handlers, ok, type Result } from '../../shared/rpc.ts'
import { fakeNow } from './fake-people.ts'

/** The code that the fake authenticator shows. */
export const fakeCode = '123456'

/** What tests may look into and change. */
export type FakeAdministration = {
  state: AdminState
  users: AdminUser[]
  /** What a change comes to; by default it is done. */
  outcome: Outcome
  lines: AuditLine[]
  policy: AdminOverview['policy']
  keys: KeysView
  asked: { readonly changes: readonly GivenChange[]; readonly why: string }[]
}

export function createFakeAdministration(people = 3): FakeAdministration {
  return {
    state: { role: 'administrator', step: 'setUp', totp: false },
    users: Array.from({ length: people }, (_, index) => userAt(index)),
    outcome: { state: 'done', ...lists, audit: [8] },
    lines: Array.from({ length: 250 }, (_, index) => lineAt(250 - index)),
    policy: { ...policy },
    keys: fakeKeys,
    asked: [],
  }
}

const lists = {
  lists: 2,
  added: 2,
  changed: 0,
  removed: 1,
  users: [
    { user: 'bob', added: 1, changed: 0, removed: 1 },
    { user: 'carol', added: 1, changed: 0, removed: 0 },
  ],
}

function userAt(index: number): AdminUser {
  const user = ['alice', 'bob', 'carol'][index] ?? `user${index}`
  return {
    user,
    name: `${user} name`,
    address: `${user}@kith.test`,
    scope: 'internal',
    state: 'active',
    department: index === 1 ? 'Sales' : '',
    sponsor: '',
    expires: 0,
    role: index === 0 ? 'administrator' : 'none',
    pending: index === 2 ? 1 : 0,
  }
}

function lineAt(n: number): AuditLine {
  const told = { who: 'rita', via: 'desktop', why: 'a reason', before: '', after: '{"x":1}', undoable: true }
  return { n, at: fakeNow - n * 1_000, op: 'rule.deny', target: `address${n}@other.test`, ...told }
}

const policy = {
  everyone: false,
  departments: true,
  domains: false,
  approval: 'administrator',
  fourEyes: false,
  offlineDays: 7,
  onExpiry: 'block',
  reason: 'optional',
} as const

type AdminCalls = Pick<Handlers<KithContract>, AdminAskName>

export function administrationCalls(fake: FakeAdministration): AdminCalls {
  const inside: Inside = (answer) => (input) => (fake.state.step === 'open' ? answer(input) : fail('secondFactor'))
  return {
    ...opening(fake),
    ...reading(fake, inside),
    ...watching(fake, inside),
    ...changing(fake, inside),
    ...keeping(fake, inside),
  }
}

function opening(
  fake: FakeAdministration,
): Pick<AdminCalls, `admin.${'state' | 'setUp' | 'confirm' | 'open' | 'close'}`> {
  const become = (step: AdminState['step']) => {
    fake.state = { ...fake.state, step, totp: fake.state.totp || step === 'code' }
    return ok(fake.state)
  }
  const byCode = (code: string | undefined) => {
    if (code !== fakeCode) return fail('codeWrong')
    fake.state = { ...fake.state, totp: true }
    return become('open')
  }
  return {
    'admin.state': () => ok(fake.state),
    'admin.setUp': ({ password }) =>
      password.startsWith('wrong')
        ? fail('authFailed')
        : ok({ secret: 'GEZDGNBVGY3TQOJQ', uri: 'otpauth://totp/Kith:alice?secret=GEZDGNBVGY3TQOJQ&issuer=Kith' }),
    'admin.confirm': ({ code }) => byCode(code),
    'admin.open': ({ code, password }) => {
      if (fake.state.step === 'code') return byCode(code)
      return password === undefined || password.startsWith('wrong') ? fail('authFailed') : become('open')
    },
    'admin.close': () => become(fake.state.totp ? 'code' : 'password'),
  }
}

/** An answer that is given only once the administration was opened. */
type Inside = <I, R extends Result<unknown>>(
  answer: (input: I) => R,
) => (input: I) => R | ReturnType<typeof fail<'secondFactor'>>
type Watching = 'admin.audit' | 'admin.verify' | 'admin.proposals' | 'admin.requests' | 'admin.releases'
type Reading =
  | 'admin.overview'
  | 'admin.users'
  | 'admin.user'
  | 'admin.contacts'
  | 'admin.why'
  | 'admin.groups'
  | 'admin.members'
  | 'admin.rules'

function reading(fake: FakeAdministration, inside: Inside): Pick<AdminCalls, Reading> {
  const overview = { organisation: 'kith.test', version: '0.1.0', users: 3, active: 3, external: 0, pendingDevices: 1 }
  const rule = { id: 'r1', kind: 'deny', a: 'spam@other.test', b: '' } as const
  return {
    'admin.overview': inside(() => {
      const counts = { ...overview, groups: 1, rules: 1, proposals: 1, requests: 0 }
      return ok({
        ...counts,
        policy: fake.policy,
        manifest: { version: 3, epoch: 1, expires: fakeNow + 300 * 86_400_000 },
      })
    }),
    'admin.users': inside(({ search, from, count }) => {
      const found = fake.users.filter(({ user }) => user.includes(search))
      return ok({ total: found.length, users: found.slice(from, from + count) })
    }),
    'admin.user': inside(({ user: login }) => {
      const user = fake.users.find((one) => one.user === login)
      const device = { id: 'd-1', name: 'laptop', words: '04812 55930', last: fakeNow }
      const state = (user?.pending ?? 0) > 0 ? 'pending' : 'active'
      return user ? ok({ user, groups: ['sales'], devices: [{ ...device, state } as const] }) : fail('notFound')
    }),
    'admin.contacts': inside(() => {
      const contact = { groups: [], remark: '', expires: 0, denied: false }
      const own = { ...contact, address: 'own@kith.test', name: 'Own', own: true }
      const shared = { ...contact, address: 'shared@kith.test', name: 'Shared', own: false }
      return ok({
        total: 2,
        contacts: [
          { ...own, because: [{ rule: 'entry' as const, source: '' }] },
          { ...shared, because: [{ rule: 'group' as const, name: 'sales' }] },
        ],
      })
    }),
    'admin.why': inside(({ user, address }) => {
      if (user === 'nobody') return fail('notFound')
      const because = [{ rule: 'group' as const, name: 'sales' }]
      return ok({ user, address, listed: false, because, denied: { id: 'r1', what: address, user: '' } })
    }),
    'admin.groups': inside(() => ok({ total: 1, groups: [{ id: 'sales', title: 'Sales', members: 2 }] })),
    'admin.members': inside(() => ok({ total: 1, members: [{ user: 'bob', name: 'Bob', address: 'bob@kith.test' }] })),
    'admin.rules': inside(() => ok({ total: 1, policy: fake.policy, rules: [rule] })),
  }
}

function watching(fake: FakeAdministration, inside: Inside): Pick<AdminCalls, Watching> {
  return {
    'admin.audit': inside(({ search, before, count }) => {
      const found = fake.lines.filter(({ n, target }) => n < (before ?? Infinity) && target.includes(search))
      return ok({ lines: found.slice(0, count), more: found.length > count })
    }),
    'admin.verify': inside(() => ok({ lines: fake.lines.length })),
    'admin.releases': inside(() => {
      const why = { rule: 'I3', reason: 'notListed' } as const
      const one = { id: 17, claimedAddress: 'zoe@else.test', subject: 'Offer', at: fakeNow, user: 'bob', ...why }
      return ok({ releases: [one] })
    }),
    'admin.requests': inside(() => {
      const told = { note: 'we work together', at: fakeNow, scope: 'external' as const }
      return ok({
        requests: [
          { id: 'q1', user: 'bob', address: 'mei@partner.test', waits: 'administrator' as const, ...told },
          { id: 'q2', user: 'carol', address: 'wei@partner.test', waits: 'peer' as const, ...told },
        ],
      })
    }),
    'admin.proposals': inside(() => {
      const told = { at: fakeNow, why: 'because', state: 'approval' as const, approvedBy: '', count: 1 }
      const changes = ['{"op":"contact.add","user":"bob"}']
      return ok({
        proposals: ['rita', 'alice'].map((who) => ({ id: `p-${who}`, who, changes, ...told })),
      })
    }),
  }
}

function changing(
  fake: FakeAdministration,
  inside: Inside,
): Pick<AdminCalls, 'admin.change' | 'admin.undo' | 'admin.decide'> {
  const tried = (): Outcome => ({ state: 'tried', ...lists, reason: fake.policy.reason === 'required' })
  return {
    'admin.change': inside(({ changes, why, dry }) => {
      if (dry) return ok(fake.outcome.state === 'refused' ? fake.outcome : tried())
      fake.asked.push({ changes, why })
      return ok(fake.outcome)
    }),
    'admin.undo': inside(({ n, why, dry }) => {
      if (!dry) fake.asked.push({ changes: [{ op: 'undo', n }], why })
      return ok(dry ? tried() : fake.outcome)
    }),
    'admin.decide': inside(({ id, approve }) => {
      fake.asked.push({ changes: [{ op: 'decide', id, approve }], why: '' })
      const refused: Outcome = { state: 'refused', faults: [] }
      return ok(approve ? fake.outcome : refused)
    }),
  }
}

const digits = '04812 55930 61774 20385'

const fakeKeys: KeysView = {
  manifest: { version: 3, epoch: 1, expires: fakeNow + 300 * 86_400_000, threshold: 1, roots: 1 },
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

/** A first password and an enrolment code, as the fake server makes them. */
export const fakeAccess = { password: 'abcd-efgh-jkmn-pqrs', code: 'kith:enrolment-code' }

function keeping(
  fake: FakeAdministration,
  inside: Inside,
): Pick<AdminCalls, 'admin.keys' | 'admin.keyStep' | 'admin.access'> {
  return {
    'admin.keys': inside(() => ok(fake.keys)),
    'admin.keyStep': inside(({ step, why }) => {
      const { step: op, ...rest } = step
      fake.asked.push({ changes: [{ op, ...rest }], why })
      return ok(fake.outcome)
    }),
    'admin.access': inside(({ user, give, why }) => {
      fake.asked.push({ changes: [{ op: 'access', user, give }], why })
      const enrolment = { code: fakeAccess.code, until: fakeNow + 7 * 86_400_000 }
      return ok({
        state: 'given' as const,
        ...(give.includes('password') ? { password: fakeAccess.password } : {}),
        ...(give.includes('enrolment') ? { enrolment } : {}),
      })
    }),
  }
}
