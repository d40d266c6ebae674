/** For tests: a question for every ask of the administration. */
import type { AdminAskName } from '../../../shared/administration.ts'
import type { AskQuestion } from '../../../shared/asks.ts'

/** An input for each ask that parses, so that only the gate can refuse it. */
export const adminQuestions: { readonly [N in AdminAskName]: AskQuestion<N> } = {
  'admin.state': {},
  'admin.setUp': { password: 'x' },
  'admin.confirm': { code: '000000' },
  'admin.open': { password: 'x' },
  'admin.close': {},
  'admin.overview': {},
  'admin.users': { search: '', from: 0, count: 10 },
  'admin.user': { user: 'bob' },
  'admin.contacts': { user: 'bob', search: '', from: 0, count: 10 },
  'admin.why': { user: 'bob', address: 'carol@corp.test' },
  'admin.groups': { search: '', from: 0, count: 10 },
  'admin.members': { group: 'none', from: 0, count: 10 },
  'admin.rules': { from: 0, count: 10 },
  'admin.audit': { search: '', count: 10 },
  'admin.verify': {},
  'admin.proposals': {},
  'admin.names': { ids: ['user:alice'] },
  'admin.recoveryCodes': { password: 'not this one' },
  'admin.requests': {},
  'admin.releases': {},
  'admin.imports': {},
  'admin.decide': { id: 'none', approve: true },
  'admin.change': { changes: [{ op: 'group.put', group: 'g', title: 'G' }], why: '', dry: true },
  'admin.undo': { n: 1, why: '', dry: true },
  'admin.keys': {},
  'admin.keyStep': { step: { step: 'renew' }, why: '' },
  'admin.access': { user: 'bob', give: ['enrolment'], why: '' },
}
