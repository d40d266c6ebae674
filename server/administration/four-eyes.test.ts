/** Every change by what it does: with four eyes nobody of outside is let in by one person alone. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Change, changeOps } from '../../shared/administration/change.ts'
import type { TestFolder } from '../testing/harness.ts'
import { changesOf } from './document/document-changes.ts'
import { loadState, snapshotOf } from './document/document.ts'
import { planRead } from './imports.ts'
import { must, startWatched } from './testing/watched.ts'
import { undo } from './undo.ts'

let folder: TestFolder

async function needs(changes: readonly Change[]): Promise<string> {
  const done = await folder.administration.run(changes)
  if (!done.ok) throw new Error(JSON.stringify(done.faults))
  return 'pending' in done ? done.needs : 'nobody'
}

const add = (user: string, address: string, more = {}): Change => ({
  op: 'contact.add',
  user,
  contact: { address, name: 'N', ...more },
})
const set = (address: string, changes: Extract<Change, { op: 'contact.set' }>['changes']): Change => ({
  op: 'contact.set',
  user: 'alice',
  address,
  changes,
})
const person = (user: string, changes: Extract<Change, { op: 'user.set' }>['changes']): Change => ({
  op: 'user.set',
  user,
  changes,
})
const mole = { op: 'user.add', user: 'mole', name: 'M', scope: 'internal', address: 'mole@evil.test' } as const

/** Each for itself, after `start`. */
const waits: readonly (readonly [string, readonly Change[]])[] = [
  ['an outside contact', [add('bob', 'x@evil.test')]],
  ['one that calls itself internal', [add('bob', 'x@evil.test', { scope: 'internal' })]],
  ['a whole domain as a contact', [add('bob', '@evil.test')]],
  ['a colleague proven by a key', [add('bob', 'alice@corp.test', { proof: 'key:AAAA' })]],
  ['nobody of inside, proven by a key', [add('bob', 'ghost@corp.test', { proof: 'key:AAAA' })]],
  ['an inside contact that becomes an outside one', [set('carol@corp.test', { address: 'carol@evil.test' })]],
  ['another outside address', [set('a@x.test', { address: 'b@x.test' })]],
  ['another signer', [set('a@x.test', { proof: 'dkim:attack.test' })]],
  ['a key in place of the domain', [set('a@x.test', { proof: 'key:BBBB' })]],
  ['a key in place of a colleague’s login', [set('carol@corp.test', { proof: 'key:BBBB' })]],
  ['another key', [set('k@open.test', { proof: 'key:BBBB' })]],
  ['the domain in place of a key', [set('k@open.test', { proof: 'dmarc' })]],
  ['no proof in place of a key', [set('k@open.test', { proof: '' })]],
  ['one direction more', [set('s@x.test', { direction: 'both' })]],
  ['the other direction', [set('s@x.test', { direction: 'receive' })]],
  ['a longer time', [set('s@x.test', { expires: '2032-01-31' })]],
  ['no end', [set('s@x.test', { expires: 'never' })]],
  ['outside counts as inside', [set('a@x.test', { scope: 'internal' })]],
  [
    'what asked for a key goes, and its domain is open',
    [{ op: 'contact.remove', user: 'alice', address: 'k@open.test' }],
  ],
  ['a guest', [{ op: 'user.add', user: 'new', name: 'N', scope: 'external', address: 'n@evil.test' }]],
  ['an internal account with an outside address', [mole]],
  ['the same, with its group', [mole, { op: 'group.join', group: 'g', user: 'mole' }]],
  ['the same, of everybody', [mole, { op: 'policy.set', changes: { everyone: true } }]],
  ['an account gets an outside address', [person('bob', { address: 'bob@evil.test' })]],
  ['a guest gets another address', [person('gu', { address: 'gu@evil.test' })]],
  ['a guest stays longer', [person('gu', { expires: 'never' })]],
  ['a guest gets a sponsor', [person('gu', { sponsor: 'bob' })]],
  ['a guest is enabled', [{ op: 'user.enable', user: 'off' }]],
  ['an administrator is enabled', [{ op: 'user.enable', user: 'chief' }]],
  ['a guest joins people', [{ op: 'group.join', group: 'g', user: 'gu' }]],
  ['somebody joins whom a guest sees', [{ op: 'group.join', group: 'in', user: 'bob' }]],
  ['a unit is opened to guests', [{ op: 'rule.open', a: 'all', b: 'group:out' }]],
  ['a domain is opened', [{ op: 'rule.domain', domain: '@evil.test', for: 'user:bob' }]],
  [
    'an open domain is proven by another',
    [{ op: 'rule.domain', domain: '@open.test', for: 'user:alice', proof: 'dkim:attack.test' }],
  ],
  ['a request from outside', [{ op: 'request.link', id: 'r1', scope: 'external' }]],
  ['an administrator more', [{ op: 'role.set', user: 'bob', role: 'administrator' }]],
  ['the end of four eyes', [{ op: 'policy.set', changes: { fourEyes: false } }]],
  ['its end and what follows', [{ op: 'policy.set', changes: { fourEyes: false } }, add('bob', 'x@evil.test')]],
]

const passes: readonly (readonly [string, readonly Change[]])[] = [
  ['a colleague', [add('bob', 'alice@corp.test')]],
  ['a colleague who moves within the domain', [person('bob', { address: 'robert@corp.test' })]],
  ['a name', [set('a@x.test', { name: 'Other', remark: 'r', nickname: 'k' })]],
  ['a shorter time', [set('s@x.test', { expires: '2030-01-31' })]],
  ['one direction less', [set('a@x.test', { direction: 'send' })]],
  ['a removal', [{ op: 'contact.remove', user: 'alice', address: 'a@x.test' }]],
  ['an internal account', [{ op: 'user.add', user: 'new', name: 'N', scope: 'internal' }]],
  ['a guest is disabled', [{ op: 'user.disable', user: 'gu' }]],
  ['a guest leaves', [{ op: 'group.leave', group: 'out', user: 'gu' }]],
  ['a group', [{ op: 'group.put', group: 'h', title: 'H' }]],
  ['a group goes', [{ op: 'group.remove', group: 'out' }]],
  ['a colleague joins colleagues', [{ op: 'group.join', group: 'g', user: 'bob' }]],
  ['a rule among colleagues', [{ op: 'rule.open', a: 'user:alice', b: 'user:bob' }]],
  ['an address is denied', [{ op: 'rule.deny', what: 'a@x.test' }]],
  ['a domain is denied', [{ op: 'rule.deny', what: '@open.test', user: 'bob' }]],
  ['a request is refused', [{ op: 'request.refuse', id: 'r1' }]],
  ['an auditor', [{ op: 'role.set', user: 'bob', role: 'auditor' }]],
  ['domains are closed', [{ op: 'policy.set', changes: { domains: false } }]],
]

/** These reach no list, and a message that is released is judged by the list like any other. */
const listless = ['device.approve', 'device.lock', 'device.unlock', 'device.rotate', 'device.revoke']
const elsewhere = [...listless, 'quarantine.release', 'quarantine.refuse', 'rule.remove']

describe('each change by its effect', () => {
  beforeEach(async () => {
    folder = await startWatched()
  })
  afterEach(() => folder.close())

  test('none is forgotten here', () => {
    const tried = [...waits, ...passes].flatMap(([, changes]) => changes.map(({ op }) => op))
    expect(new Set([...tried, ...elsewhere])).toEqual(changeOps)
  })

  test.each(waits)('%s waits', async (_what, changes) => expect(await needs(changes)).toBe('approval'))
  test.each(passes)('%s does not', async (_what, changes) => expect(await needs(changes)).toBe('nobody'))

  test('a removed denial opens what it closed; a removed opening does not wait', async () => {
    const rules = await folder.administration.store.organisation.rules()
    const idOf = (kind: string) => rules.find((rule) => rule.kind === kind)?.id ?? ''
    expect(await needs([{ op: 'rule.remove', id: idOf('deny') }])).toBe('approval')
    expect(await needs([{ op: 'rule.remove', id: idOf('domain') }])).toBe('nobody')
    expect(await needs([{ op: 'rule.remove', id: idOf('deny') }])).toBe('nobody')
  })

  test('undoing, a document and an import are no ways around', async () => {
    const { administration } = folder
    const { store, config } = administration
    const before = snapshotOf(await loadState(store, config))
    await must(folder, [{ op: 'contact.remove', user: 'alice', address: 'a@x.test' }])
    const line = (await store.administration.lastAudit())?.n ?? 0
    expect(await undo(administration, { first: line, last: line })).toMatchObject({ needs: 'approval' })
    const back = changesOf(await loadState(store, config), before, { prune: true })
    if (!back.ok) throw new Error(JSON.stringify(back.fault))
    expect(await needs(back.value.changes)).toBe('approval')
    const source = { name: 'hr', kind: 'csv', file: 'hr.csv', maxShrink: 1 } as const
    const read = { contacts: [{ address: 'x@evil.test', name: 'X', externalId: '1' }], warnings: [] } as const
    const planned = await planRead(administration, { source, for: 'user:bob' }, read)
    if (!planned.ok) throw new Error(JSON.stringify(planned.fault))
    expect(await planned.value.carry({})).toMatchObject({ needs: 'approval' })
  })

  test('I2: by no change a signature proves somebody of the own domain', async () => {
    const refused = async (change: Change) => {
      const done = await folder.administration.run([change])
      return done.ok ? 'taken' : done.faults.map(({ code }) => code)
    }
    for (const proof of ['dmarc', 'dkim:attack.test', 'dkim:corp.test']) {
      expect(await refused(add('bob', 'alice@corp.test', { proof }))).toEqual(['ownProof'])
      expect(await refused(set('carol@corp.test', { proof }))).toEqual(['ownProof'])
      expect(await refused({ op: 'rule.domain', domain: '@corp.test', for: 'all', proof })).toEqual(['ownProof'])
    }
    expect(await refused({ op: 'rule.domain', domain: '@corp.test', for: 'all' })).toEqual(['ownProof'])
  })
})
