/** Administration of accounts and devices: what the command line does, and later the administration service. */

import { changeSchema, faultOfChange } from '../../shared/administration/change.ts'
import type { Account } from '../accounts/accounts.ts'
import { hashPassword, maxPasswordLength, minPasswordLength } from '../accounts/passwords.ts'
import type { Clock } from '../ground/clock.ts'
import { type Done, refusal } from '../ground/refusals.ts'
import { nudge } from '../lists/nudge.ts'
import type { Store } from '../store/store.ts'
import { faultOfReason, type Note } from './audit.ts'
import { faultOfSubmitted, type RunAs, type Submitted } from './submit.ts'

type NewUser = {
  readonly id: string
  readonly name: string
  /** Without: login name at the organisation's domain. */
  readonly address?: string
  readonly scope: 'internal' | 'external'
  readonly department?: string
  readonly sponsor?: string
  readonly expires?: string | number
}

export type People = {
  /** Without a password nobody can sign in, until one is set. */
  add(user: NewUser, password?: string): Promise<Done<Account>>
  setPassword(id: string, password: string, why?: string): Promise<Done>
  /** Ends every session of the user at once. */
  disable(id: string): Promise<Done>
  enable(id: string): Promise<Done>
}

type PeopleDependencies = {
  readonly store: Store
  readonly clock: Clock
  readonly run: RunAs
  readonly note: Note
}

/** Accounts over a store; what changes one is run as every other change. */
export function createPeople(dependencies: PeopleDependencies): People {
  return {
    add: (user, password) => addUser(dependencies, user, password),
    setPassword: (id, password, why = '') => setPassword(dependencies, { id, password, why }),
    disable: (user) => ranAlone(dependencies.run([{ op: 'user.disable', user }])),
    enable: (user) => ranAlone(dependencies.run([{ op: 'user.enable', user }])),
  }
}

type Noting = Pick<PeopleDependencies, 'store' | 'clock' | 'note'>
type NewPassword = { readonly id: string; readonly password: string; readonly why: string }

/** Gives a user a password: sessions end, and tries that failed are forgotten. */
export async function setPassword(dependencies: Noting, { id, password, why }: NewPassword): Promise<Done> {
  const read = await readPassword(password)
  if (!read.ok) return read
  return changeUser(dependencies, { id, why }, async (inside) => {
    await inside.users.setPassword(id, read.value)
    await inside.access.clearAttempts(`account:${id}`)
    await dependencies.note(inside, { op: 'user.password', target: id, why })
  })
}

const done = { ok: true, value: undefined } as const

/** Its hash, or why it cannot be a password. */
export async function readPassword(password: string): Promise<Done<string>> {
  if (password.length < minPasswordLength) return refusal('passwordShort', `${minPasswordLength}`)
  if (password.length > maxPasswordLength) return refusal('passwordLong', `${maxPasswordLength}`)
  return { ok: true, value: await hashPassword(password) }
}

async function addUser({ store, run }: PeopleDependencies, user: NewUser, password?: string): Promise<Done<Account>> {
  const read = password === undefined ? undefined : await readPassword(password)
  if (read?.ok === false) return read
  const { id, ...fields } = user
  const parsed = changeSchema.safeParse({ op: 'user.add', user: id, ...fields })
  if (!parsed.success) return { ok: false, why: faultOfChange(parsed.error) }
  const ran = await run([parsed.data], {
    also: async (inside) => {
      if (read) await inside.users.setPassword(id, read.value)
    },
  })
  const fault = faultOfSubmitted(ran)
  if (fault !== undefined) return { ok: false, why: fault }
  const row = await store.users.get(id)
  if (!row) throw new Error('the user that was added is not there')
  return { ok: true, value: { id, name: row.name, address: row.address, scope: row.scope } }
}

/** Done as far as the account goes; where the policy key is elsewhere, the others' lists follow with its signature. */
async function ranAlone(ran: Promise<Submitted>): Promise<Done> {
  const submitted = await ran
  return submitted.ok ? done : { ok: false, why: faultOfSubmitted(submitted) ?? '' }
}

/** A change after which nobody may go on in an old session: they end, and connected clients notice at once. */
function changeUser(
  dependencies: Noting,
  { id, why }: { readonly id: string; readonly why: string },
  work: (inside: Store) => Promise<void>,
): Promise<Done> {
  return dependencies.store.transaction(async (inside) => {
    if (!(await inside.users.get(id))) return refusal('unknownUser', id)
    const unreasoned = await faultOfReason(inside, why)
    if (unreasoned) return unreasoned
    await work(inside)
    await inside.sessions.removeOf(id)
    await nudge(inside, id, dependencies.clock.now())
    return done
  })
}
