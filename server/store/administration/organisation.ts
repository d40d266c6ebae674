/** Rows of the organisation: groups, rules, shared cards, and the counter that every change of them moves. */
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import type { CardRow, GroupMemberRow, GroupRow, RuleRow } from './tables.ts'

/**
 * What `server/organisation` computes everybody's shared cards from. All of it is read whole, and read again once the
 * version has moved.
 */
export type OrganisationStore = {
  /** 0 before the first change. */
  readonly version: () => Promise<number>
  /** Moves the version, under the lock of its row: changes of the organisation follow one another. */
  readonly bump: () => Promise<number>
  /** JSON of what the administrators have set; undefined: nothing, and the defaults of `config.json` hold. */
  readonly policy: () => Promise<string | undefined>
  readonly setPolicy: (json: string) => Promise<void>
  readonly cards: () => Promise<readonly CardRow[]>
  readonly card: (id: string) => Promise<CardRow | undefined>
  readonly putCard: (row: CardRow) => Promise<void>
  readonly removeCard: (id: string) => Promise<void>
  readonly groups: () => Promise<readonly GroupRow[]>
  readonly putGroup: (row: GroupRow) => Promise<void>
  readonly removeGroup: (id: string) => Promise<void>
  readonly members: () => Promise<readonly GroupMemberRow[]>
  readonly isMember: (row: GroupMemberRow) => Promise<boolean>
  readonly addMember: (row: GroupMemberRow) => Promise<void>
  readonly removeMember: (row: GroupMemberRow) => Promise<void>
  readonly rules: () => Promise<readonly RuleRow[]>
  readonly putRule: (row: RuleRow) => Promise<void>
  readonly removeRule: (id: string) => Promise<void>
}

/** Both stand in `settings`: neither needs a table of its own with one row. */
const versionName = 'organisation.version'
const policyName = 'organisation.policy'

/** These rows in a database or transaction. */
export function createOrganisationStore(db: Database): OrganisationStore {
  return { ...settingRows(db), ...cardRows(db), ...groupRows(db), ...ruleRows(db) }
}

function settingRows(db: Database): Pick<OrganisationStore, 'version' | 'bump' | 'policy' | 'setPolicy'> {
  const read = async (name: string) =>
    (await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value
  const write = async (name: string, value: string) => {
    await db
      .insertInto('settings')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute()
  }
  return {
    version: async () => Number((await read(versionName)) ?? 0),
    async bump() {
      // The row is there and locked before it is read.
      await db
        .insertInto('settings')
        .values({ name: versionName, value: '0' })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<string>`settings.value` }))
        .execute()
      const next = Number((await read(versionName)) ?? 0) + 1
      await write(versionName, String(next))
      return next
    },
    policy: () => read(policyName),
    setPolicy: (json) => write(policyName, json),
  }
}

function cardRows(db: Database): Pick<OrganisationStore, 'cards' | 'card' | 'putCard' | 'removeCard'> {
  return {
    cards: () => db.selectFrom('cards').selectAll().orderBy('id').execute(),
    card: (id) => db.selectFrom('cards').selectAll().where('id', '=', id).executeTakeFirst(),
    async putCard(row) {
      const { id, ...rest } = row
      await db
        .insertInto('cards')
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
        .execute()
    },
    async removeCard(id) {
      await db.deleteFrom('cards').where('id', '=', id).execute()
    },
  }
}

function groupRows(
  db: Database,
): Pick<
  OrganisationStore,
  'groups' | 'putGroup' | 'removeGroup' | 'members' | 'isMember' | 'addMember' | 'removeMember'
> {
  return {
    groups: () => db.selectFrom('groups').selectAll().orderBy('id').execute(),
    async putGroup({ id, title }) {
      await db
        .insertInto('groups')
        .values({ id, title })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ title }))
        .execute()
    },
    async removeGroup(id) {
      // Members first: a group that is made anew under the same id must not begin with the old one's people.
      await db.deleteFrom('members').where('group', '=', id).execute()
      await db.deleteFrom('groups').where('id', '=', id).execute()
    },
    members: () => db.selectFrom('members').selectAll().orderBy('group').orderBy('user').execute(),
    async isMember({ group, user }) {
      const row = db.selectFrom('members').select('user').where('group', '=', group).where('user', '=', user)
      return (await row.executeTakeFirst()) !== undefined
    },
    async addMember(row) {
      await db
        .insertInto('members')
        .values(row)
        .onConflict((conflict) => conflict.columns(['group', 'user']).doNothing())
        .execute()
    },
    async removeMember({ group, user }) {
      await db.deleteFrom('members').where('group', '=', group).where('user', '=', user).execute()
    },
  }
}

function ruleRows(db: Database): Pick<OrganisationStore, 'rules' | 'putRule' | 'removeRule'> {
  return {
    rules: () => db.selectFrom('rules').selectAll().orderBy('id').execute(),
    async putRule(row) {
      const { id, ...rest } = row
      await db
        .insertInto('rules')
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
        .execute()
    },
    async removeRule(id) {
      await db.deleteFrom('rules').where('id', '=', id).execute()
    },
  }
}
