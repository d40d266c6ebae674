/** Administration of accounts and devices: what the command line does, and later the administration service. */

import { hashPassword, maxPasswordLength, minPasswordLength } from '../access/passwords.ts'
import type { Account } from '../accounts.ts'
import type { Clock } from '../clock.ts'
import type { RunAs } from '../setup/context.ts'
import type { Store } from '../store/store.ts'
import { nudge } from './announce.ts'
import { changeSchema, faultOfChange } from './change.ts'
import { faultOfSubmitted, type Submitted } from './submit.ts'

export type Done<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

export type NewUser = {
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
  setPassword(id: string, password: string): Promise<Done>
  /** Ends every session of the user at once. */
  disable(id: string): Promise<Done>
  enable(id: string): Promise<Done>
}

export type PeopleDependencies = { readonly store: Store; readonly clock: Clock; readonly run: RunAs }

export function createPeople(dependencies: PeopleDependencies): People {
  return {
    add: (user, password) => addUser(dependencies, user, password),
    async setPassword(id, password) {
      const why = faultOfPassword(password)
      if (why !== undefined) return { ok: false, why }
      const argon2 = await hashPassword(password)
      return changeUser(dependencies, id, async (inside) => {
        await inside.users.setPassword(id, argon2)
        await inside.access.clearAttempts(`account:${id}`)
      })
    },
    disable: (user) => ranAlone(dependencies.run([{ op: 'user.disable', user }])),
    enable: (user) => ranAlone(dependencies.run([{ op: 'user.enable', user }])),
  }
}

const done = { ok: true, value: undefined } as const

function unknown(id: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why: `there is no user ${JSON.stringify(id)}` }
}

function faultOfPassword(password: string): string | undefined {
  if (password.length < minPasswordLength) return `a password needs at least ${minPasswordLength} characters`
  return password.length > maxPasswordLength ? `a password has at most ${maxPasswordLength} characters` : undefined
}

async function addUser({ store, run }: PeopleDependencies, user: NewUser, password?: string): Promise<Done<Account>> {
  const why = password === undefined ? undefined : faultOfPassword(password)
  if (why !== undefined) return { ok: false, why }
  const argon2 = password === undefined ? undefined : await hashPassword(password)
  const { id, ...fields } = user
  const parsed = changeSchema.safeParse({ op: 'user.add', user: id, ...fields })
  if (!parsed.success) return { ok: false, why: faultOfChange(parsed.error) }
  const ran = await run([parsed.data], {
    also: async (inside) => {
      if (argon2 !== undefined) await inside.users.setPassword(id, argon2)
    },
  })
  const fault = faultOfSubmitted(ran)
  if (fault !== undefined) return { ok: false, why: fault }
  const row = await store.users.get(id)
  if (!row) throw new Error('the user that was added is not there')
  return { ok: true, value: { id, name: row.name, address: row.address, scope: row.scope } }
}

async function ranAlone(ran: Promise<Submitted>): Promise<Done> {
  const why = faultOfSubmitted(await ran)
  return why === undefined ? done : { ok: false, why }
}

/** A change after which nobody may go on in an old session: they end, and connected clients notice at once. */
function changeUser(
  dependencies: PeopleDependencies,
  id: string,
  work: (inside: Store) => Promise<void>,
): Promise<Done> {
  return dependencies.store.transaction(async (inside) => {
    if (!(await inside.users.get(id))) return unknown(id)
    await work(inside)
    await inside.sessions.removeOf(id)
    await nudge(inside, id, dependencies.clock.now())
    return done
  })
}
