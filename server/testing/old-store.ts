/** For tests: makes a store one of schema 1 again, as programs before whole words made it. */
import { sql } from 'kysely'
import type { Database } from '../store/database.ts'

/** What the columns were called then, by table and the name that they have now. */
const oldNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  devices: { user: 'usr', ack_epoch: 'ack_ep', ack_version: 'ack_ver' },
  halves: { user: 'usr', device: 'dev' },
  lists: { user: 'usr', epoch: 'ep', version: 'ver', count: 'cnt' },
  versions: { version: 'ver', epoch: 'ep' },
  sessions: { user: 'usr', device: 'dev' },
  commands: { user: 'usr', device: 'dev' },
  outbox: { epoch: 'ep', version: 'ver' },
  manifests: { version: 'ver' },
  enrolments: { user: 'usr', device: 'dev' },
  reports: { user: 'usr', device: 'dev' },
  quarantine: { user: 'usr' },
  members: { group: 'grp', user: 'usr' },
  usage: { user: 'usr' },
  roles: { user: 'usr' },
  requests: { user: 'usr' },
  invitations: { user: 'usr' },
}

/** Whoever has the store open must have closed it. */
export async function makeOld(db: Database): Promise<void> {
  await db.transaction().execute(async (inside) => {
    for (const [table, columns] of Object.entries(oldNames)) {
      for (const [now, then] of Object.entries(columns)) {
        const renaming = sql`alter table ${sql.table(table)} rename column ${sql.ref(now)} to ${sql.ref(then)}`
        await renaming.execute(inside)
      }
    }
    await sql`drop index quarantine_user`.execute(inside)
    await sql`create index quarantine_usr on quarantine (usr)`.execute(inside)
    await sql`update settings set value = '1' where name = 'schema'`.execute(inside)
  })
}
