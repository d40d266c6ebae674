/** People as those who administer see them: accounts, devices, and what each list holds and why. */

import { foldAscii } from '../../../../shared/address.ts'
import type { AdminContact, AdminDevice, AdminUser, Admission } from '../../../../shared/administration.ts'
import { fail, ok } from '../../../../shared/rpc.ts'
import { admissionsOf, explain } from '../../../administration/explain.ts'
import { deviceWords } from '../../../keys/device-words.ts'
import { entryFromText } from '../../../lists/changes.ts'
import { byId, type Content, contentsOf } from '../../../lists/contents.ts'
import { loadOrganisation, type Organisation, type Person } from '../../../organisation/organisation.ts'
import type { RoleRow } from '../../../store/administration/tables.ts'
import type { Store } from '../../../store/store.ts'
import type { DeviceRow, EntryRow, UserRow } from '../../../store/tables.ts'
import type { AskHandlers } from '../handler.ts'
import { finds, plain, windowOf } from './views.ts'

export const peopleAsks: Pick<AskHandlers, 'admin.users' | 'admin.user' | 'admin.contacts' | 'admin.why'> = {
  'admin.users': async ({ store }, _caller, asked) =>
    ok(
      await store.snapshot(async (inside) => {
        const view = userView(await inside.administration.roles(), await inside.devices.list())
        const found = (await inside.users.all()).filter((user) =>
          finds(asked.search, [user.id, user.name, user.address, user.department]),
        )
        return { total: found.length, users: windowOf(found, asked).map(view) }
      }),
    ),

  'admin.user': async ({ store }, _caller, { user: id }) => {
    const user = await store.users.get(id)
    if (!user) return fail('notFound')
    const devices = await store.devices.list(id)
    const members = await store.organisation.members()
    return ok({
      user: userView(await store.administration.roles(), devices)(user),
      groups: members.filter(({ user }) => user === id).map(({ group }) => group),
      devices: devices.toSorted((a, b) => b.last - a.last).map(deviceView),
    })
  },

  'admin.contacts': async ({ store }, _caller, asked) => {
    const found = await store.snapshot((inside) => contactsOf(inside, asked.user))
    if (!found) return fail('notFound')
    const { rows, because } = found
    const wanted = rows.filter(({ entry: { n, m, r } }) => finds(asked.search, [n, m, r]))
    return ok({ total: wanted.length, contacts: windowOf(wanted, asked).map((row) => contactView(row, because(row))) })
  },

  'admin.why': async ({ store, clock, config }, _caller, { user, address }) => {
    const explained = await explain(store, { user, address, now: clock.now(), unicode: config.policy.unicode })
    if (!explained.ok) return fail((await store.users.get(user)) ? 'badRequest' : 'notFound', { fields: ['address'] })
    const { admitted, denied, ...rest } = explained.value
    const rule = denied?.rule.op === 'rule.deny' ? denied.rule : undefined
    return ok({
      ...rest,
      address: plain(rest.address),
      because: [...admitted],
      ...(denied && rule ? { denied: { id: denied.id, what: rule.what, user: rule.user ?? '' } } : {}),
    })
  },
}

function userView(roles: readonly RoleRow[], devices: readonly DeviceRow[]): (user: UserRow) => AdminUser {
  const roleOf = new Map(roles.map(({ user, role }) => [user, role]))
  const pending = Map.groupBy(
    devices.filter(({ state }) => state === 'pending'),
    ({ user }) => user,
  )
  return ({ id, name, address, scope, state, department, sponsor, expires }) => ({
    user: id,
    name: plain(name),
    address: plain(address),
    scope,
    state,
    department: plain(department),
    sponsor,
    expires,
    role: roleOf.get(id) ?? 'none',
    pending: pending.get(id)?.length ?? 0,
  })
}

function deviceView(row: DeviceRow): AdminDevice {
  const { id, name, state, last } = row
  return { id, name: plain(name), state, last, words: deviceWords(row) }
}

type Row = {
  readonly key: string
  readonly entry: ReturnType<typeof entryFromText>
  readonly own: EntryRow | undefined
}

type Contacts = { readonly rows: readonly Row[]; readonly because: (row: Row) => readonly Admission[] }

/** What the list shows, and the user's own entries that a rule keeps out of it; by name. */
async function contactsOf(inside: Store, user: string): Promise<Contacts | undefined> {
  const organisation = await loadOrganisation(inside)
  const viewer = organisation.people.get(user)
  const list = await inside.lists.ofUser(user)
  if (!viewer || !list) return undefined
  const own = new Map((await inside.lists.entries(list.id)).map((row) => [row.key, row]))
  const denied = [...own.values()].filter((row) => row.denied !== 0)
  const contents: readonly Content[] = [...(await contentsOf(inside, list, organisation)), ...denied].sort(byId)
  const rows = contents
    .map(({ key, json }): Row => ({ key, entry: entryFromText(json), own: own.get(key) }))
    // Addresses that stay closed in an open domain are rules, not contacts.
    .filter(({ entry }) => entry.o !== 'n')
    .toSorted((a, b) => compare(a.entry.n, b.entry.n))
  return { rows, because: (row) => becauseOf(organisation, viewer, row) }
}

function becauseOf(organisation: Organisation, viewer: Person, { key, own, entry }: Row): readonly Admission[] {
  // The card of a whole domain is admitted by its rule alone.
  const rule = entry.id.startsWith('d.') ? organisation.rules.find(({ id }) => `d.${id}` === entry.id) : undefined
  if (rule) return [{ rule: 'domain', id: rule.id, domain: rule.a }]
  return admissionsOf(organisation, viewer, { key, own: own ? [own] : [] })
}

function contactView({ entry, own }: Row, because: readonly Admission[]): AdminContact {
  return {
    address: entry.m,
    name: entry.n,
    groups: [...(entry.g ?? [])],
    remark: entry.r,
    expires: entry.x ?? 0,
    own: own !== undefined,
    denied: own !== undefined && own.denied !== 0,
    because: [...because],
  }
}

function compare(a: string, b: string): number {
  const [left, right] = [foldAscii(a), foldAscii(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
