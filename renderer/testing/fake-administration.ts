import type { AdminAskName, AdminState, AuditLine, Outcome, Tried } from '../../shared/administration.ts'
import type { AdminImport } from '../../shared/administration/import-form.ts'
import type { AdminOverview, AdminUser } from '../../shared/administration/readings.ts'
import type { AskQuestion } from '../../shared/asks.ts'
import type { KithContract } from '../../shared/contract.ts'
import type { KeysView } from '../../shared/key-steps.ts'
import { fail, type Handlers, ok, type Result } from '../../shared/rpc.ts'
import { fakeKeys, fakeLists, fakeNames, fakePolicy, lineAt, userAt } from './fake-organisation.ts'
import { fakeNow } from './fake-people.ts'

/** The code that the fake authenticator shows. */
export const fakeCode = '123456'

/** Recovery codes as the fake server makes them. */
export const fakeRecoveryCodes = ['aaaa-bbbb-cccc-dddd', 'eeee-ffff-gggg-hhhh']

/** What tests may look into and change. */
export type FakeAdministration = {
  state: AdminState
  users: AdminUser[]
  /** What trying a change tells. */
  tried: Omit<Tried, 'state' | 'reason'>
  /** What a change comes to; by default it is done. */
  outcome: Outcome
  lines: AuditLine[]
  imports: AdminImport[]
  policy: AdminOverview['policy']
  keys: KeysView
  asked: { readonly changes: AskQuestion<'admin.change'>['changes']; readonly why: string }[]
}

export function createFakeAdministration(people = 3): FakeAdministration {
  return {
    state: { role: 'administrator', step: 'setUp', totp: false },
    users: Array.from({ length: people }, (_, index) => userAt(index)),
    tried: fakeLists,
    outcome: { state: 'done', ...fakeLists, audit: [8] },
    lines: Array.from({ length: 250 }, (_, index) => lineAt(250 - index)),
    imports: [],
    policy: { ...fakePolicy },
    keys: fakeKeys,
    asked: [],
  }
}

type AdminCalls = Pick<Handlers<KithContract>, AdminAskName>

export function administrationCalls(fake: FakeAdministration): AdminCalls {
  const inside: Inside = (answer) => (input) => (fake.state.step === 'open' ? answer(input) : fail('secondFactor'))
  return {
    ...opening(fake),
    ...reading(fake, inside),
    ...watching(fake, inside),
    ...changing(fake, inside),
    ...keeping(fake, inside),
    ...naming(inside),
  }
}

/** Logins, groups and devices of the fake organisation by their names. */
function naming(inside: Inside): Pick<AdminCalls, 'admin.names'> {
  return {
    'admin.names': inside(({ ids }) => ok({ names: ids.flatMap((id) => fakeNames.get(id) ?? []) })),
  }
}

function opening(
  fake: FakeAdministration,
): Pick<AdminCalls, `admin.${'state' | 'setUp' | 'confirm' | 'open' | 'close' | 'recoveryCodes'}`> {
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
    'admin.confirm': ({ code }) => {
      const opened = byCode(code)
      if (opened.ok) fake.state = { ...fake.state, recovery: fakeRecoveryCodes.length }
      return opened.ok ? ok({ ...fake.state, codes: [...fakeRecoveryCodes] }) : opened
    },
    'admin.recoveryCodes': ({ password }) =>
      password.startsWith('wrong') ? fail('authFailed') : ok({ codes: [...fakeRecoveryCodes] }),
    'admin.open': ({ code, password }) => {
      if (fake.state.step === 'code' && code === fakeRecoveryCodes[0]) {
        fake.state = { ...fake.state, step: 'open', recovery: 1 }
        return ok({ ...fake.state, recovered: true })
      }
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
  | 'admin.imports'

function reading(fake: FakeAdministration, inside: Inside): Pick<AdminCalls, Reading> {
  const overview = { organisation: 'kith.test', version: '0.1.0', users: 3, active: 3, external: 0, pendingDevices: 1 }
  const rule = { op: 'rule.deny', what: 'spam@other.test' } as const
  return {
    'admin.overview': inside(() => {
      const counts = { ...overview, groups: 1, rules: 1, proposals: 1, requests: 0 }
      const manifest = { version: 3, epoch: 1, expires: fakeNow + 300 * 86_400_000 }
      return ok({ ...counts, policy: fake.policy, manifest })
    }),
    'admin.users': inside(({ search = '', from = 0, count = 100 }) => {
      const found = fake.users.filter(({ user }) => user.includes(search))
      return ok({ total: found.length, users: found.slice(from, from + count) })
    }),
    'admin.user': inside(({ user: login }) => {
      const user = fake.users.find((one) => one.user === login)
      const state = (user?.pending ?? 0) > 0 ? ('pending' as const) : ('active' as const)
      const told = { device: 'd-1', user: login, name: 'laptop', words: '04812 55930', seen: fakeNow, state }
      const device = { ...told, version: 1, epoch: 1, commands: [] }
      return user ? ok({ user, version: 1, contacts: 0, devices: [device] }) : fail('notFound')
    }),
    'admin.contacts': inside(() => {
      const contact = { denied: false, closed: false }
      const own = { ...contact, id: 'c1', address: 'own@kith.test', name: 'Own', source: '' }
      const shared = { ...contact, id: 'u.shared', address: 'shared@kith.test', name: 'Shared' }
      return ok({
        version: 1,
        epoch: 1,
        total: 2,
        contacts: [
          { ...own, admitted: [{ rule: 'entry' as const, source: '' }] },
          { ...shared, admitted: [{ rule: 'group' as const, name: 'sales' }] },
        ],
      })
    }),
    'admin.why': inside(({ user, address }) => {
      if (user === 'nobody') return fail('notFound')
      const admitted = [{ rule: 'group' as const, name: 'sales' }]
      return ok({
        user,
        address,
        listed: false,
        admitted,
        denied: { id: 'r1', rule: { op: 'rule.deny' as const, what: address } },
      })
    }),
    'admin.groups': inside(() => ok({ total: 1, groups: [{ group: 'sales', title: 'Sales', size: 2 }] })),
    'admin.members': inside(() => ok({ total: 1, members: [{ user: 'bob', name: 'Bob', address: 'bob@kith.test' }] })),
    'admin.imports': inside(() => ok({ imports: fake.imports })),
    'admin.rules': inside(() => ok({ total: 1, rules: [{ id: 'r1', rule }] })),
  }
}

function watching(fake: FakeAdministration, inside: Inside): Pick<AdminCalls, Watching> {
  return {
    'admin.audit': inside(({ search = '', before, count = 100 }) => {
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
      const told = { note: 'we work together', at: fakeNow, scope: 'external' as const, denied: false, peer: '' }
      return ok({
        requests: [
          {
            id: 'q1',
            user: 'bob',
            address: 'mei@partner.test',
            state: 'accepted' as const,
            waits: 'administrator' as const,
            ...told,
          },
          {
            id: 'q2',
            user: 'carol',
            address: 'wei@partner.test',
            state: 'asked' as const,
            waits: 'peer' as const,
            ...told,
          },
          { id: 'q3', user: 'carol', address: 'kai@partner.test', state: 'done' as const, ...told },
        ],
      })
    }),
    'admin.proposals': inside(() => {
      const told = { at: fakeNow, why: 'because', state: 'approval' as const, count: 1 }
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
  const tried = (): Outcome => ({ state: 'tried', ...fake.tried, reason: fake.policy.reason === 'required' })
  return {
    'admin.change': inside(({ changes, why, dry }) => {
      if (dry) return ok(fake.outcome.state === 'refused' ? fake.outcome : tried())
      fake.asked.push({ changes, why })
      return ok(fake.outcome)
    }),
    'admin.undo': inside(({ n, why, dry }) => {
      if (!dry) fake.asked.push({ changes: [{ op: 'undo', n }], why })
      const changes = [
        { op: 'rule.remove', target: 'r1', before: '{"op":"rule.deny","what":"x@other.test"}', after: '' },
      ]
      return ok(dry ? { ...tried(), changes } : fake.outcome)
    }),
    'admin.decide': inside(({ id, approve, dry = false }) => {
      if (dry) return ok(tried())
      fake.asked.push({ changes: [{ op: 'decide', id, approve }], why: '' })
      const refused: Outcome = { state: 'refused', faults: [] }
      return ok(approve ? fake.outcome : refused)
    }),
  }
}

/** A first password and an enrolment code, as the fake server makes them. */
export const fakeAccess = { password: 'abcd-efgh-jkmn-pqrs', code: 'kith:enrolment-code' }

type KeyCalls = Pick<AdminCalls, 'admin.keys' | 'admin.keyStep' | 'admin.access'>

function keeping(fake: FakeAdministration, inside: Inside): KeyCalls {
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
