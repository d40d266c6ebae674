/** The tables of administration: who belongs where, the rules, what was changed and what waits. */
import type { TableShape } from '../table-shape.ts'
import type { AdministrationTables } from './tables.ts'

/** Columns of each table; what they mean is said in `tables.ts` beside this. */
export const administrationShapes: { readonly [T in keyof AdministrationTables]: TableShape<AdministrationTables[T]> } =
  {
    cards: { columns: { id: 'text', rev: 'number', key: 'text', json: 'text', leaf: 'bytes' }, key: ['id'] },
    groups: { columns: { id: 'text', title: 'text' }, key: ['id'] },
    members: { columns: { group: 'text', user: 'text' }, key: ['group', 'user'] },
    rules: { columns: { id: 'text', kind: 'text', a: 'text', b: 'text', more: 'text' }, key: ['id'] },
    audit: {
      columns: {
        n: 'number',
        at: 'number',
        who: 'text',
        via: 'text',
        op: 'text',
        target: 'text',
        why: 'text',
        before: 'text',
        after: 'text',
        undo: 'text',
        prev: 'text',
        hash: 'text',
      },
      key: ['n'],
    },
    proposals: {
      columns: {
        id: 'text',
        at: 'number',
        who: 'text',
        via: 'text',
        why: 'text',
        changes: 'text',
        state: 'text',
        approved_by: 'text',
        result: 'text',
      },
      key: ['id'],
    },
    usage: { columns: { user: 'text', key: 'text', sent: 'number', received: 'number' }, key: ['user', 'key'] },
    roles: { columns: { user: 'text', role: 'text', totp: 'text', totp_step: 'number' }, key: ['user'] },
    recoveries: { columns: { hash: 'text', user: 'text', at: 'number' }, key: ['hash'], indexes: ['user'] },
    tokens: {
      columns: { hash: 'text', name: 'text', scopes: 'text', by: 'text', at: 'number', expires: 'number' },
      key: ['hash'],
      unique: ['name'],
    },
    requests: {
      columns: {
        id: 'text',
        user: 'text',
        address: 'text',
        key: 'text',
        name: 'text',
        peer: 'text',
        note: 'text',
        state: 'text',
        at: 'number',
        decided_at: 'number',
        decided_by: 'text',
      },
      key: ['id'],
    },
    invitations: { columns: { hash: 'text', user: 'text', exp: 'number', used_by: 'text' }, key: ['hash'] },
  }
