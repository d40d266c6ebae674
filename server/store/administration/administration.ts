/** Rows of administration: the audit log, proposals, roles, tokens, contact requests, invitations, last use. */
import type { Database } from '../database.ts'
import { recoveryRows, type RecoveryStore } from './recoveries.ts'
import type { AuditRow, ContactRequestRow, InvitationRow, ProposalRow, RoleRow, TokenRow, UsageRow } from './tables.ts'

/** `before`: only lines with a lower number, which is how the next page is asked for. `count`: at most so many. */
type AuditSearch = { readonly text?: string; readonly before?: number; readonly count: number }

/** Rows only: who may do what, and the chain of the audit log, are `server/administration`'s. */
export type AdministrationStore = RecoveryStore & {
  /** The end of the chain; undefined while the log is empty. */
  readonly lastAudit: () => Promise<AuditRow | undefined>
  readonly addAudit: (...rows: readonly AuditRow[]) => Promise<void>
  readonly audit: (n: number) => Promise<AuditRow | undefined>
  /** Newest first; `text` in any of its fields. */
  readonly audits: (search: AuditSearch) => Promise<readonly AuditRow[]>
  /** Oldest first, for checks and exports. */
  readonly auditsAfter: (n: number, count: number) => Promise<readonly AuditRow[]>
  readonly proposal: (id: string) => Promise<ProposalRow | undefined>
  /** Oldest first. */
  readonly proposals: (state?: ProposalRow['state']) => Promise<readonly ProposalRow[]>
  readonly addProposal: (row: ProposalRow) => Promise<void>
  /** True where it still was in the state `from`: of two who decide at once, one does. */
  readonly moveProposal: (
    id: string,
    from: ProposalRow['state'],
    to: Pick<ProposalRow, 'state' | 'approved_by' | 'result'>,
  ) => Promise<boolean>
  readonly role: (user: string) => Promise<RoleRow | undefined>
  readonly roles: () => Promise<readonly RoleRow[]>
  readonly setRole: (row: RoleRow) => Promise<void>
  /** With the recovery codes. */
  readonly removeRole: (user: string) => Promise<void>
  /** True once for each step: a code opens once. */
  readonly takeTotpStep: (user: string, step: number) => Promise<boolean>
  /** By the token's hash. Whether it has expired is for the caller to see. */
  readonly token: (hash: string) => Promise<TokenRow | undefined>
  readonly tokens: () => Promise<readonly TokenRow[]>
  readonly addToken: (row: TokenRow) => Promise<void>
  /** By the name, which an administrator knows; false where there is none. */
  readonly removeToken: (name: string) => Promise<boolean>
  readonly request: (id: string) => Promise<ContactRequestRow | undefined>
  /** Oldest first; `user` is either side of a request. */
  readonly requests: (search: {
    readonly user?: string
    readonly state?: ContactRequestRow['state']
  }) => Promise<readonly ContactRequestRow[]>
  readonly putRequest: (row: ContactRequestRow) => Promise<void>
  /** True where it still was in the state `from`: of two who decide at once, one does. */
  readonly moveRequest: (
    id: string,
    from: ContactRequestRow['state'],
    to: Pick<ContactRequestRow, 'state' | 'decided_at' | 'decided_by'>,
  ) => Promise<boolean>
  readonly addInvitation: (row: InvitationRow) => Promise<void>
  readonly invitation: (hash: string) => Promise<InvitationRow | undefined>
  /** How many of the user's can still be used. */
  readonly openInvitations: (user: string, now: number) => Promise<number>
  /** True once. */
  readonly spendInvitation: (hash: string, user: string) => Promise<boolean>
  readonly usage: (user: string) => Promise<readonly UsageRow[]>
  /** Notes the times at which a user and a contact last wrote; 0 leaves what is there. */
  readonly touch: (row: UsageRow) => Promise<void>
}

/** Rows in one statement: SQLite allows 32,766 parameters. */
const batch = 1_000

/** These rows in a database or transaction. */
export function createAdministrationStore(db: Database): AdministrationStore {
  return {
    ...auditRows(db),
    ...proposalRows(db),
    ...roleRows(db),
    ...recoveryRows(db),
    ...tokenRows(db),
    ...requestRows(db),
    ...invitationRows(db),
    ...usageRows(db),
  }
}

function auditRows(
  db: Database,
): Pick<AdministrationStore, 'lastAudit' | 'addAudit' | 'audit' | 'audits' | 'auditsAfter'> {
  return {
    lastAudit: () => db.selectFrom('audit').selectAll().orderBy('n', 'desc').limit(1).executeTakeFirst(),
    async addAudit(...rows) {
      for (let from = 0; from < rows.length; from += batch) {
        await db
          .insertInto('audit')
          .values(rows.slice(from, from + batch))
          .execute()
      }
    },
    audit: (n) => db.selectFrom('audit').selectAll().where('n', '=', n).executeTakeFirst(),
    audits({ text, before, count }) {
      let query = db.selectFrom('audit').selectAll().orderBy('n', 'desc').limit(count)
      if (before !== undefined) query = query.where('n', '<', before)
      if (text !== undefined && text !== '') {
        // Signs that LIKE reads as patterns are escaped: who searches for `a_b` means that text.
        const like = `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`
        query = query.where((where) =>
          where.or(
            (['who', 'op', 'target', 'why', 'before', 'after'] as const).map((column) =>
              where(where.fn<string>('lower', [column]), 'like', where.fn<string>('lower', [where.val(like)])),
            ),
          ),
        )
      }
      return query.execute()
    },
    auditsAfter: (n, count) =>
      db.selectFrom('audit').selectAll().where('n', '>', n).orderBy('n').limit(count).execute(),
  }
}

function proposalRows(
  db: Database,
): Pick<AdministrationStore, 'proposal' | 'proposals' | 'addProposal' | 'moveProposal'> {
  return {
    proposal: (id) => db.selectFrom('proposals').selectAll().where('id', '=', id).executeTakeFirst(),
    proposals(state) {
      const all = db.selectFrom('proposals').selectAll().orderBy('at').orderBy('id')
      return (state === undefined ? all : all.where('state', '=', state)).execute()
    },
    async addProposal(row) {
      await db.insertInto('proposals').values(row).execute()
    },
    async moveProposal(id, from, to) {
      // The state is part of the condition, so reading and writing are one step and no lock is needed.
      const moved = await db
        .updateTable('proposals')
        .set(to)
        .where('id', '=', id)
        .where('state', '=', from)
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    },
  }
}

function roleRows(
  db: Database,
): Pick<AdministrationStore, 'role' | 'roles' | 'setRole' | 'removeRole' | 'takeTotpStep'> {
  return {
    role: (user) => db.selectFrom('roles').selectAll().where('user', '=', user).executeTakeFirst(),
    roles: () => db.selectFrom('roles').selectAll().orderBy('user').execute(),
    async setRole({ user, ...rest }) {
      await db
        .insertInto('roles')
        .values({ user, ...rest })
        .onConflict((conflict) => conflict.column('user').doUpdateSet(rest))
        .execute()
    },
    async removeRole(user) {
      await db.deleteFrom('roles').where('user', '=', user).execute()
      await db.deleteFrom('recoveries').where('user', '=', user).execute()
    },
    async takeTotpStep(user, step) {
      const used = await db
        .updateTable('roles')
        .set({ totp_step: step })
        .where('user', '=', user)
        // Steps only rise: a code that was seen on the way cannot be used again within its 30 seconds, and no older
        // one either.
        .where('totp_step', '<', step)
        .executeTakeFirst()
      return used.numUpdatedRows === 1n
    },
  }
}

function tokenRows(db: Database): Pick<AdministrationStore, 'token' | 'tokens' | 'addToken' | 'removeToken'> {
  return {
    token: (hash) => db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst(),
    tokens: () => db.selectFrom('tokens').selectAll().orderBy('name').execute(),
    async addToken(row) {
      await db.insertInto('tokens').values(row).execute()
    },
    async removeToken(name) {
      const gone = await db.deleteFrom('tokens').where('name', '=', name).executeTakeFirst()
      return gone.numDeletedRows > 0n
    },
  }
}

function requestRows(db: Database): Pick<AdministrationStore, 'request' | 'requests' | 'putRequest' | 'moveRequest'> {
  return {
    request: (id) => db.selectFrom('requests').selectAll().where('id', '=', id).executeTakeFirst(),
    requests({ user, state }) {
      let query = db.selectFrom('requests').selectAll().orderBy('at').orderBy('id')
      if (user !== undefined)
        query = query.where((where) => where.or([where('user', '=', user), where('peer', '=', user)]))
      if (state !== undefined) query = query.where('state', '=', state)
      return query.execute()
    },
    async putRequest(row) {
      const { id, ...rest } = row
      await db
        .insertInto('requests')
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
        .execute()
    },
    async moveRequest(id, from, to) {
      const moved = await db
        .updateTable('requests')
        .set(to)
        .where('id', '=', id)
        .where('state', '=', from)
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    },
  }
}

function invitationRows(
  db: Database,
): Pick<AdministrationStore, 'addInvitation' | 'invitation' | 'openInvitations' | 'spendInvitation'> {
  return {
    async openInvitations(user, now) {
      const open = await db
        .selectFrom('invitations')
        .select('hash')
        .where('user', '=', user)
        .where('used_by', '=', '')
        .where('exp', '>', now)
        .execute()
      return open.length
    },
    async addInvitation(row) {
      await db.insertInto('invitations').values(row).execute()
    },
    invitation: (hash) => db.selectFrom('invitations').selectAll().where('hash', '=', hash).executeTakeFirst(),
    async spendInvitation(hash, user) {
      const used = await db
        .updateTable('invitations')
        .set({ used_by: user })
        .where('hash', '=', hash)
        .where('used_by', '=', '')
        .executeTakeFirst()
      return used.numUpdatedRows === 1n
    },
  }
}

function usageRows(db: Database): Pick<AdministrationStore, 'usage' | 'touch'> {
  return {
    usage: (user) => db.selectFrom('usage').selectAll().where('user', '=', user).execute(),
    /** The later time counts, so that processes need not agree who writes when. */
    async touch({ user, key, sent, received }) {
      const old = await db
        .selectFrom('usage')
        .selectAll()
        .where('user', '=', user)
        .where('key', '=', key)
        .executeTakeFirst()
      const row = { sent: Math.max(sent, old?.sent ?? 0), received: Math.max(received, old?.received ?? 0) }
      await db
        .insertInto('usage')
        .values({ user, key, ...row })
        .onConflict((conflict) => conflict.columns(['user', 'key']).doUpdateSet(row))
        .execute()
    },
  }
}
