/** People: their accounts. */
import { z } from 'zod'
import { faultOfTaking, newEnrolment } from '../../administration/access.ts'
import { setPassword as givePassword } from '../../administration/people.ts'
import { grants } from '../../administration/tokens.ts'
import type { UserRow } from '../../store/tables.ts'
import { changing } from '../changing.ts'
import { type Answer, type Failed, failed, refused, unknownUser } from '../faults.ts'
import { type Desk, operation, time, timeOf } from '../operation.ts'
import { page } from './forms.ts'

const user = z
  .strictObject({
    user: z.string(),
    name: z.string(),
    address: z.string(),
    scope: z.enum(['internal', 'external']),
    state: z.enum(['active', 'disabled']),
    department: z.string().optional(),
    sponsor: z.string().optional(),
    expires: time.optional(),
    groups: z.array(z.string()),
  })
  .meta({ id: 'User' })

function told(row: UserRow, groups: readonly string[]): z.infer<typeof user> {
  const { id, name, address, scope, state, department, sponsor, expires } = row
  return {
    user: id,
    name,
    address,
    scope,
    state,
    ...(department === '' ? {} : { department }),
    ...(sponsor === '' ? {} : { sponsor }),
    ...(expires === 0 ? {} : { expires: timeOf(expires) }),
    groups: [...groups],
  }
}

const listUsers = operation({
  name: 'ListUsers',
  scope: 'read',
  input: z.strictObject({ search: z.string().max(200).optional(), ...page }),
  output: z.strictObject({ total: z.number().int(), users: z.array(user) }),
  async work({ store }, { search = '', from = 0, count = 100 }) {
    const wanted = search.toLowerCase()
    const rows = (await store.users.all()).filter(({ id, name, address, department }) =>
      [id, name, address, department].some((text) => text.toLowerCase().includes(wanted)),
    )
    const members = Map.groupBy(await store.organisation.members(), ({ user }) => user)
    const users = rows.slice(from, from + count).map((row) =>
      told(
        row,
        (members.get(row.id) ?? []).map(({ group }) => group),
      ),
    )
    return { ok: true, value: { total: rows.length, users } }
  },
})

const getUser = operation({
  name: 'GetUser',
  scope: 'read',
  input: z.strictObject({ user: z.string() }),
  output: z.strictObject({
    user,
    /** Of the list in force. */
    version: z.number().int(),
    contacts: z.number().int(),
    role: z.string().optional(),
  }),
  async work({ store }, { user: id }) {
    const row = await store.users.get(id)
    if (!row) return unknownUser(id)
    const groups = (await store.organisation.members()).filter(({ user }) => user === id).map(({ group }) => group)
    const list = await store.lists.ofUser(id)
    const role = (await store.administration.role(id))?.role
    const value = { user: told(row, groups), version: list?.version ?? 0, contacts: list?.count ?? 0 }
    return { ok: true, value: { ...value, ...(role === undefined ? {} : { role }) } }
  },
})

/** Whoever may become an administrator by it needs all: a password or a device of one opens what the token does not. */
async function faultOfGiving({ store, holder, who }: Desk, id: string): Promise<Failed | undefined> {
  if (!(await store.users.get(id))) return unknownUser(id)
  const isAdministrator = (await store.administration.role(id)) !== undefined
  if (isAdministrator && !grants(holder.scopes, 'all')) return failed('NotAllowed', { scope: 'all' })
  const taken = await faultOfTaking(store, { user: id, who })
  return taken && refused(taken.why)
}

const setPassword = operation({
  name: 'SetPassword',
  scope: 'people',
  input: z.strictObject({ user: z.string(), password: z.string().max(1_000), why: z.string().max(1_000).optional() }),
  output: z.strictObject({}),
  async work(desk, { user: id, password, why = '' }): Promise<Answer<Record<string, never>>> {
    const fault = await faultOfGiving(desk, id)
    if (fault) return fault
    const done = await givePassword(desk, { id, password, why })
    return done.ok ? { ok: true, value: {} } : refused(done.why)
  },
})

const createEnrolment = operation({
  name: 'CreateEnrolment',
  scope: 'people',
  input: z.strictObject({
    user: z.string(),
    days: z.number().int().min(1).max(90).optional(),
    why: z.string().max(1_000).optional(),
  }),
  output: z.strictObject({ code: z.string(), until: time }),
  async work(desk, { user: id, days = 7, why = '' }) {
    const fault = await faultOfGiving(desk, id)
    if (fault) return fault
    const made = await newEnrolment(desk, { user: id, why, days })
    if (!made.ok) return refused(made.why)
    return { ok: true, value: { code: made.value.code, until: timeOf(made.value.until) } }
  },
})

export const userOperations = [
  listUsers,
  getUser,
  changing('AddUser', 'user.add'),
  changing('SetUser', 'user.set'),
  changing('DisableUser', 'user.disable'),
  changing('EnableUser', 'user.enable'),
  setPassword,
  createEnrolment,
]
