/** Contacts that nobody uses any more, and those whose time ends soon. */

import type { Done } from '../ground/refusals.ts'
import { entryFromText } from '../lists/changes.ts'
import { opsFromText } from '../lists/ops.ts'
import type { Store } from '../store/store.ts'
import type { EntryRow, ListRow } from '../store/tables.ts'
import { usageSince } from './usage.ts'

type UnusedContact = {
  readonly user: string
  readonly address: string
  readonly name: string
  readonly source: string
  /** The later of written to and heard of; 0: never since this is recorded. */
  readonly used: number
}
/** `days`: how long ago, or how soon. Without `user` everybody's. */
type LastUse = { readonly now: number; readonly days: number; readonly user?: string }

const dayMs = 24 * 3_600_000

/** Whether an entry was made here, by hand or at a user's wish, and not by an import. */
export function isOwn(source: string): boolean {
  return source === '' || source === 'request'
}

/** Neither used nor added or changed in so many days. Where last use was not recorded for as long, nobody can tell. */
export function unusedContacts(store: Store, { now, days, user }: LastUse): Promise<Done<readonly UnusedContact[]>> {
  const cutoff = now - days * dayMs
  return store.snapshot(async (inside) => {
    const since = await usageSince(inside)
    if (since === undefined) return { ok: false, why: 'last use is not recorded here yet: the server has not run' }
    if (since > cutoff) return { ok: false, why: `last use is recorded since ${new Date(since).toISOString()} only` }
    const found: UnusedContact[] = []
    for (const login of user === undefined ? (await inside.users.all()).map(({ id }) => id) : [user]) {
      const list = await inside.lists.ofUser(login)
      if (!list) return { ok: false, why: `there is no user ${JSON.stringify(login)}` }
      found.push(...(await unusedOf(inside, list, cutoff)))
    }
    return { ok: true, value: found }
  })
}

async function unusedOf(inside: Store, list: ListRow, cutoff: number): Promise<readonly UnusedContact[]> {
  const used = new Map(
    (await inside.administration.usage(list.user)).map((row) => [row.key, Math.max(row.sent, row.received)]),
  )
  const rows = (await inside.lists.entries(list.id)).filter((row) => lastUse(used, row.key) < cutoff)
  // Somebody added or changed them within the time, and so has use for them.
  const fresh = rows.length === 0 ? new Set() : idsPut(await inside.lists.opsSince(list.id, cutoff))
  return rows
    .filter((row) => !fresh.has(row.id))
    .map(({ key, json, source }) => {
      const { m: address, n: name } = entryFromText(json)
      return { user: list.user, address, name, source, used: lastUse(used, key) }
    })
}

/** Of a whole domain: when anybody there was. */
function lastUse(used: ReadonlyMap<string, number>, key: string): number {
  if (!key.startsWith('@')) return used.get(key) ?? 0
  const times = [...used].filter(([other]) => other.endsWith(key)).map(([, time]) => time)
  return times.reduce((one, other) => Math.max(one, other), 0)
}

function idsPut(ops: readonly string[]): ReadonlySet<string> {
  return new Set(ops.flatMap((text) => opsFromText(text).map((op) => (op.op === 'put' ? op.e.id : ''))))
}

type ExpiringContact = {
  readonly user: string
  readonly address: string
  readonly name: string
  readonly expires: number
  /** `contact`: an entry of the user's; `account`: the user itself. */
  readonly kind: 'contact' | 'account'
}

/** What ends within so many days, soonest first: entries, and accounts of guests. */
export function expiringContacts(store: Store, { now, days, user }: LastUse): Promise<readonly ExpiringContact[]> {
  return store.snapshot(async (inside) => {
    const found: ExpiringContact[] = []
    const isSoon = (time: number | undefined): time is number =>
      time !== undefined && time > now && time <= now + days * dayMs
    for (const { id, name, address, expires } of await inside.users.all()) {
      if (user !== undefined && user !== id) continue
      if (isSoon(expires)) found.push({ user: id, address, name, expires, kind: 'account' })
      const list = await inside.lists.ofUser(id)
      for (const entry of (list ? await inside.lists.entries(list.id) : []).map(entryOfRow))
        if (isSoon(entry.x))
          found.push({ user: id, address: entry.m, name: entry.n, expires: entry.x, kind: 'contact' })
    }
    return found.sort((a, b) => a.expires - b.expires)
  })
}

function entryOfRow(row: EntryRow) {
  return entryFromText(row.json)
}
