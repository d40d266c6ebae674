/** People: their accounts, their devices, and what lets them sign in. */

import { z } from 'zod'
import { givingShape } from '../../../shared/access.ts'
import { changeSchema, fieldsOf, roleFor } from '../../../shared/administration/change.ts'
import { accessForm, enrolmentForm, outcomeForm } from '../../../shared/administration/deeds.ts'
import { type AdminDevice, type AdminUser, readings } from '../../../shared/administration/readings.ts'
import { refusal } from '../../ground/refusals.ts'
import { deviceWords } from '../../keys/device-words.ts'
import type { RoleRow } from '../../store/administration/tables.ts'
import type { Store } from '../../store/store.ts'
import type { CommandRow, DeviceRow, UserRow } from '../../store/tables.ts'
import { faultOfTaking, newEnrolment, newPassword } from '../access.ts'
import { commandOf } from '../devices/device-moves.ts'
import { setPassword as givePassword, readPassword } from '../passwords.ts'
import { scopeFor } from '../tokens.ts'
import { changing } from './changes.ts'
import {
  type Desk,
  deed,
  failedBy,
  finds,
  type OperationAnswer,
  reading,
  reasonField,
  refusedBy,
  windowOf,
} from './operation.ts'
import { asked, makeChanges } from './outcome.ts'

/** What is known of users beside their own rows. */
async function tellerOf(inside: Store, devices: readonly DeviceRow[]): Promise<(row: UserRow) => AdminUser> {
  const roleOf = new Map((await inside.administration.roles()).map(({ user, role }) => [user, role]))
  const groups = Map.groupBy(await inside.organisation.members(), ({ user }) => user)
  const pending = Map.groupBy(devices, ({ user, state }) => (state === 'pending' ? user : ''))
  return ({ id, name, address, scope, state, department, sponsor, expires }) => ({
    user: id,
    name,
    address,
    scope,
    state,
    ...(department === '' ? {} : { department }),
    ...(sponsor === '' ? {} : { sponsor }),
    ...(expires === 0 ? {} : { expires }),
    groups: (groups.get(id) ?? []).map(({ group }) => group),
    role: roleOf.get(id) ?? 'none',
    pending: pending.get(id)?.length ?? 0,
  })
}

/** A window of the accounts, found by login, name, address or department. */
export const listUsers = reading({
  ...readings.users,
  async work(inside, { search, ...window }) {
    const told = await tellerOf(inside, await inside.devices.list())
    const found = (await inside.users.all()).filter(({ id, name, address, department }) =>
      finds(search, [id, name, address, department]),
    )
    return { ok: true, value: { total: found.length, users: windowOf(found, window, 100).map(told) } }
  },
})

/** One account with its devices, those seen last first. */
export const getUser = reading({
  ...readings.user,
  async work(inside, { user: id }) {
    const row = await inside.users.get(id)
    if (!row) return refusedBy(refusal('unknownUser', id))
    const list = await inside.lists.ofUser(id)
    const rows = await inside.devices.list(id)
    const user = (await tellerOf(inside, rows))(row)
    const devices = (await devicesOf(inside, rows, id)).toSorted((a, b) => b.seen - a.seen)
    const role = user.role === 'none' ? {} : { role: user.role }
    return { ok: true, value: { user, version: list?.version ?? 0, contacts: list?.count ?? 0, ...role, devices } }
  },
})

async function devicesOf(inside: Store, rows: readonly DeviceRow[], user?: string): Promise<AdminDevice[]> {
  const commands = Map.groupBy(await inside.devices.allCommands(user), (command) => `${command.user} ${command.device}`)
  return rows.map((row) => ({
    device: row.id,
    user: row.user,
    name: row.name,
    state: row.state,
    version: row.ack_version,
    seen: row.last,
    epoch: row.ack_epoch,
    words: deviceWords(row),
    commands: (commands.get(`${row.user} ${row.id}`) ?? []).map(commandTold).toSorted((a, b) => a.at - b.at),
  }))
}

function commandTold({ bytes, state }: CommandRow) {
  const { cmd: command, scope, iat: at } = commandOf(bytes)
  return { command, scope, state, at }
}

const listDevices = reading({
  ...readings.devices,
  async work(inside, { user }) {
    return { ok: true, value: { devices: await devicesOf(inside, await inside.devices.list(user), user) } }
  },
})

/** As every change ends; `password` is there where one was given and the account still waits: nobody keeps it. */
const addedForm = outcomeForm.extend({ password: z.enum(['notKept']).exactOptional() })

/** `password`: without one nobody can sign in until it is set. It is not kept where the user waits for a second person. */
export const addUserOperation = deed({
  name: 'AddUser',
  role: roleFor({ op: 'user.add' }),
  scope: scopeFor({ op: 'user.add' }),
  input: z.strictObject({ ...fieldsOf('user.add'), ...asked, password: z.string().max(1_000).optional() }),
  output: addedForm,
  async work(desk, { why, dryRun, explain, password, ...person }) {
    if (password !== undefined && isElsewhere(desk)) return refusedBy(refusal('passwordElsewhere'))
    // Hashed before the transaction: it takes 46 ms, in which nobody else could write.
    const read = password === undefined ? undefined : await readPassword(password)
    if (read?.ok === false) return refusedBy(read)
    const change = changeSchema.parse({ op: 'user.add', ...person })
    if (change.op !== 'user.add') throw new Error('another change than it was made as')
    const added = await makeChanges(desk, [change], {
      why,
      dryRun,
      explain,
      also: async (inside) => {
        if (read) await inside.users.setPassword(change.user, read.value)
      },
    })
    if (!added.ok || password === undefined) return added
    if (added.value.state === 'pending') return { ok: true, value: { ...added.value, password: 'notKept' as const } }
    // By a proposal somebody else made the change, who does not know the password: the account is there without one.
    if (added.value.proposal === undefined) return added
    const given = await givePassword(desk, { id: change.user, password, why: why ?? '' })
    return given.ok ? added : refusedBy(given)
  },
})

/** Whoever may become an administrator by it needs all: a password or a device of one opens what the caller may not. */
async function faultOfGiving(desk: Desk, user: string): Promise<OperationAnswer<never> | undefined> {
  const { store, actor } = desk
  if (!(await store.users.get(user))) return refusedBy(refusal('unknownUser', user))
  const isAdministrator = (await store.administration.role(user)) !== undefined
  const beyond = isAdministrator ? desk.beyond([{ op: 'role.set', user, role: 'administrator' }]) : undefined
  if (beyond) return failedBy(beyond)
  const taken = desk.isAtServer ? undefined : await faultOfTaking(store, { user, who: actor.who })
  return taken && refusedBy(taken)
}

/** Whether a password of ours would never be asked for. */
function isElsewhere({ config }: Pick<Desk, 'config'>): boolean {
  return config.accounts.verify === 'imap'
}

const setPassword = deed({
  name: 'SetPassword',
  role: 'administrator',
  scope: 'people',
  input: z.strictObject({ user: z.string(), password: z.string().max(1_000), why: reasonField }),
  output: z.object({}),
  async work(desk, { user, password, why: reason = '' }) {
    const fault = await faultOfGiving(desk, user)
    if (fault) return fault
    if (isElsewhere(desk)) return refusedBy(refusal('passwordElsewhere'))
    const done = await givePassword(desk, { id: user, password, why: reason })
    return done.ok ? { ok: true, value: {} } : refusedBy(done)
  },
})

/** How long an enrolment code may be used. */
const enrolmentDays = 7

const createEnrolment = deed({
  name: 'CreateEnrolment',
  role: 'administrator',
  scope: 'people',
  input: z.strictObject({ user: z.string(), days: z.number().int().min(1).max(90).optional(), why: reasonField }),
  output: enrolmentForm,
  async work(desk, { user, days = enrolmentDays, why: reason = '' }) {
    const fault = await faultOfGiving(desk, user)
    if (fault) return fault
    const made = await newEnrolment(desk, { user, why: reason, days })
    return made.ok ? made : refusedBy(made)
  },
})

/** A password that the server makes up, an enrolment code, or both. Of what is told only hashes are kept. */
export const giveAccess = deed({
  name: 'GiveAccess',
  role: 'administrator',
  scope: 'people',
  input: z.strictObject({
    ...givingShape,
    why: reasonField,
  }),
  output: accessForm,
  async work(desk, { user, give, why: reason = '' }) {
    const fault = await faultOfGiving(desk, user)
    if (fault) return fault
    // Where the mail server has the password, the code alone is what a new user needs.
    const isMade = give.includes('password') && !isElsewhere(desk)
    if (!isMade && !give.includes('enrolment')) return refusedBy(refusal('passwordElsewhere'))
    const wanted = { user, why: reason }
    const code = give.includes('enrolment') ? await newEnrolment(desk, { ...wanted, days: enrolmentDays }) : undefined
    if (code?.ok === false) return refusedBy(code)
    const password = isMade ? await newPassword(desk, wanted) : undefined
    if (password?.ok === false) return refusedBy(password)
    const given = { ...(password ? { password: password.value } : {}), ...(code ? { enrolment: code.value } : {}) }
    return { ok: true, value: given }
  },
})

const listRoles = reading({
  ...readings.roles,
  async work({ administration }) {
    const told = async ({ user, role, totp }: RoleRow) => {
      return { user, role, ...(totp === '' ? {} : { recovery: await administration.recoveries(user) }) }
    }
    return { ok: true, value: { roles: await Promise.all((await administration.roles()).map(told)) } }
  },
})

/** What is done and asked about accounts, and what lets people sign in, in the order of the WSDL. */
export const peopleOperations = [
  listRoles,
  listUsers,
  getUser,
  addUserOperation,
  changing('SetUser', 'user.set'),
  changing('DisableUser', 'user.disable'),
  changing('EnableUser', 'user.enable'),
  setPassword,
  createEnrolment,
  giveAccess,
]

/** What is done and asked about users' devices, in the order of the WSDL. */
export const deviceOperations = [
  listDevices,
  changing('ApproveDevice', 'device.approve'),
  changing('LockDevice', 'device.lock'),
  changing('UnlockDevice', 'device.unlock'),
  changing('RotateDevice', 'device.rotate'),
  changing('RevokeDevice', 'device.revoke'),
]
