/** For tests of four eyes: an organisation with colleagues, guests, rules and contacts of each kind. */
import type { Change } from '../../../shared/administration/change.ts'
import { type TestFolder, testFolder } from '../../testing/harness.ts'

/** The organisation's domain. */
export const domain = 'corp.test'
/** Its colleagues. */
export const users = ['alice', 'bob', 'carol'] as const

/** Opened with four eyes. */
export async function startWatched(): Promise<TestFolder> {
  const folder = await testFolder(users, { domain })
  await must(folder, [
    { op: 'user.add', user: 'gu', name: 'Gu', scope: 'external', address: 'gu@other.test' },
    { op: 'user.add', user: 'off', name: 'Off', scope: 'external', address: 'off@other.test' },
    { op: 'user.add', user: 'chief', name: 'Chief', scope: 'internal' },
    { op: 'role.set', user: 'chief', role: 'administrator' },
    { op: 'user.disable', user: 'off' },
    { op: 'user.disable', user: 'chief' },
    { op: 'policy.set', changes: { everyone: false, departments: true, domains: true } },
    { op: 'group.put', group: 'g', title: 'G' },
    { op: 'group.join', group: 'g', user: 'alice' },
    { op: 'rule.open', a: 'group:g', b: 'group:g' },
    { op: 'rule.domain', domain: '@open.test', for: 'user:alice' },
    { op: 'rule.deny', what: 'no@open.test' },
    ...(['a@x.test', 'k@open.test', 's@x.test'] as const).map((address): Change => ({
      op: 'contact.add',
      user: 'alice',
      contact: {
        address,
        name: 'N',
        ...(address.startsWith('k') ? { proof: 'key:AAAA' } : {}),
        ...(address.startsWith('s') ? { direction: 'send', expires: '2031-01-31' } : {}),
      },
    })),
    { op: 'contact.add', user: 'alice', contact: { address: 'carol@corp.test', name: 'Carol' } },
    { op: 'user.set', user: 'carol', changes: { department: 'D' } },
    { op: 'user.set', user: 'gu', changes: { department: 'Guests', expires: '2031-01-31' } },
    { op: 'group.put', group: 'out', title: 'Out' },
    { op: 'group.join', group: 'out', user: 'gu' },
    { op: 'group.put', group: 'in', title: 'In' },
    { op: 'group.join', group: 'in', user: 'carol' },
    { op: 'rule.open', a: 'group:in', b: 'group:out' },
  ])
  const asking = { user: 'bob', address: 'new@x.test', key: 'new@x.test', name: '', peer: '', note: '', at: 1 }
  await folder.administration.store.administration.putRequest({
    ...asking,
    id: 'r1',
    state: 'accepted',
    decided_at: 0,
    decided_by: '',
  })
  await must(folder, [{ op: 'policy.set', changes: { fourEyes: true } }])
  return folder
}

/** Has changes made that wait for nobody. */
export async function must({ administration }: TestFolder, changes: readonly Change[]): Promise<void> {
  const done = await administration.run(changes)
  if (!done.ok || 'pending' in done) throw new Error(JSON.stringify(done))
}
