/** Administration of accounts and devices: what the command line does, and later the administration service. */

import { hashPassword, maxPasswordLength, minPasswordLength, nobodysHash } from '../access/passwords.ts'
import type { Account } from '../accounts.ts'
import type { Clock } from '../clock.ts'
import { readAddress } from '../lists/contact.ts'
import type { ListEditor } from '../lists/editor.ts'
import type { Config } from '../setup/config.ts'
import type { Store } from '../store/store.ts'

export type Done<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

export type NewUser = {
  readonly id: string
  readonly name: string
  /** Without: login name at the organisation's domain. */
  readonly address?: string
  readonly scope: 'internal' | 'external'
}

export type People = {
  /** Without a password nobody can sign in, until one is set. */
  add(user: NewUser, password?: string): Promise<Done<Account>>
  setPassword(id: string, password: string): Promise<Done>
  /** Ends every session of the user at once. */
  disable(id: string): Promise<Done>
  enable(id: string): Promise<Done>
}

export type PeopleDependencies = {
  readonly store: Store
  readonly editor: ListEditor
  readonly clock: Clock
  readonly config: Config
}

/** Part of list ids and file names: plain and short. */
const loginPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/
const maxNameLength = 200

export function createPeople(dependencies: PeopleDependencies): People {
  const { store } = dependencies
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
    disable: (id) => changeUser(dependencies, id, (inside) => inside.users.setState(id, 'disabled')),
    enable: async (id) => {
      if (!(await store.users.get(id))) return unknown(id)
      await store.users.setState(id, 'active')
      return done
    },
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

async function addUser(dependencies: PeopleDependencies, user: NewUser, password?: string): Promise<Done<Account>> {
  const { store, config, editor, clock } = dependencies
  const why = password === undefined ? undefined : faultOfPassword(password)
  if (why !== undefined) return { ok: false, why }
  if (!loginPattern.test(user.id))
    return { ok: false, why: 'a login name has letters a to z, digits, dot, _ and -, at most 64' }
  const name = user.name.toWellFormed().normalize('NFC').trim()
  if (name === '' || name.length > maxNameLength)
    return { ok: false, why: `a user needs a name of at most ${maxNameLength} characters` }
  const address = readAddress(user.address ?? `${user.id}@${config.domain}`, config.policy.unicode)
  if (!address.ok) return address
  const { text, key } = address.value
  const argon2 = password === undefined ? nobodysHash : await hashPassword(password)
  return store.transaction(async (inside) => {
    if (await inside.users.get(user.id)) return { ok: false, why: `the user ${user.id} is there already` }
    if (await inside.users.byAddress(key)) return { ok: false, why: `the address ${text} belongs to another user` }
    const account = { id: user.id, name, address: text, scope: user.scope }
    await inside.users.add({ ...account, address_key: key, argon2, state: 'active', created_at: clock.now() })
    await editor.create(user.id, inside)
    return { ok: true, value: account }
  })
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

/** Wakes the user's connected devices although the list did not change: they ask again and are told. */
export async function nudge(inside: Store, usr: string, now: number): Promise<void> {
  const list = await inside.lists.ofUser(usr)
  if (list) await inside.lists.announce({ kind: 'access', list: list.id, ep: list.ep, ver: list.ver, at: now })
}
