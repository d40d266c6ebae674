/** Changes of people: their accounts, and the cards by which the others see them. */

import type { ChangeOf } from '../../../shared/administration/change.ts'
import { nobodysHash } from '../../accounts/passwords.ts'
import { type Done, type Refusal, refusal } from '../../ground/refusals.ts'
import { readAddress, readExpiry } from '../../lists/contact.ts'
import { nudge } from '../../lists/nudge.ts'
import { entryOfUser, nextCard, userCardId } from '../../organisation/cards.ts'
import type { UserRow } from '../../store/tables.ts'
import type { UserChanges } from '../../store/users.ts'
import type { Handler, Work } from '../work.ts'

/** Part of list ids, card ids and file names: plain and short. */
const loginPattern = /^[a-z0-9][a-z0-9._-]{0,59}$/

/** Why a login name can be nobody's; undefined where it can. */
export function faultOfLogin(user: string): Refusal | undefined {
  return loginPattern.test(user) ? undefined : refusal('login')
}

/** Adds a person, who cannot sign in until there is a password. */
export const addUser: Handler<ChangeOf<'user.add'>> = async (work, change) => {
  const { inside, config, now } = work
  const { user, scope, op: _op, ...given } = change
  const unfit = faultOfLogin(user)
  if (unfit) return unfit
  if (await inside.users.get(user)) return refusal('userExists', user)
  const read = await readPerson(work, user, { address: `${user}@${config.domain}`, ...given })
  if (!read.ok) return read
  const { name = '', address = '', address_key = '', department = '', sponsor = '', expires = 0 } = read.value
  const row: UserRow = {
    id: user,
    scope,
    // A hash that no password has, of the cost of every other: such an account cannot be told from one with a
    // password.
    argon2: nobodysHash,
    state: 'active',
    created_at: now,
    name,
    address,
    address_key,
    department,
    sponsor,
    expires,
  }
  await inside.users.add(row)
  work.newUsers.add(user)
  await writeCard(work, row)
  const after = { name, address, scope, ...optional({ department, sponsor, expires }) }
  return { ok: true, target: user, after, undo: [{ op: 'user.disable', user }] }
}

/** Changes fields of a person, and the card by which the others see them. */
export const setUser: Handler<ChangeOf<'user.set'>> = async (work, { user, changes }) => {
  const old = await work.inside.users.get(user)
  if (!old) return refusal('unknownUser', user)
  const read = await readPerson(work, user, changes)
  if (!read.ok) return read
  await work.inside.users.change(user, read.value)
  const next = { ...old, ...read.value }
  await writeCard(work, next)
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, shown(old, name)]))
  const after = Object.fromEntries(Object.keys(changes).map((name) => [name, shown(next, name)]))
  return { ok: true, target: user, before, after, undo: [{ op: 'user.set', user, changes: before }] }
}

/** Shuts a person out: sessions end, and their card leaves the lists of others. Nothing of theirs is removed. */
export const disableUser: Handler<ChangeOf<'user.disable'>> = async (work, { user }) => {
  const { inside, now } = work
  const old = await inside.users.get(user)
  if (!old) return refusal('unknownUser', user)
  await inside.users.setState(user, 'disabled')
  await inside.sessions.removeOf(user)
  // Devices that wait are woken and find their session gone: nobody goes on reading until the next Sync.
  await nudge(inside, user, now)
  work.organisationMoved = true
  return { ok: true, target: user, before: old.state, after: 'disabled', undo: [{ op: 'user.enable', user }] }
}

/** Lets a disabled person in again. */
export const enableUser: Handler<ChangeOf<'user.enable'>> = async (work, { user }) => {
  const old = await work.inside.users.get(user)
  if (!old) return refusal('unknownUser', user)
  await work.inside.users.setState(user, 'active')
  // The card is as it was; writing it says that people moved, so that others' lists are looked at and show it again.
  await writeCard(work, old)
  return { ok: true, target: user, before: old.state, after: 'active', undo: [{ op: 'user.disable', user }] }
}

async function writeCard(work: Work, user: UserRow): Promise<void> {
  const { inside } = work
  const old = await inside.organisation.card(userCardId(user.id))
  await inside.organisation.putCard(nextCard(entryOfUser(user), user.address_key, old))
  work.organisationMoved = true
}

/** The given fields as rows hold them, or why one of them cannot be. */
async function readPerson(
  { inside, config }: Work,
  user: string,
  given: ChangeOf<'user.set'>['changes'],
): Promise<Done<UserChanges>> {
  const value: { -readonly [K in keyof UserChanges]: UserChanges[K] } = {}
  if (given.name !== undefined) value.name = oneLine(given.name)
  if (value.name === '') return refusal('userName')
  if (given.address !== undefined) {
    const address = readAddress(given.address, config.policy.unicode)
    if (!address.ok) return address
    if (given.address.startsWith('@')) return refusal('userAddress')
    // An address is an identity (guard.md A3): with two accounts of one, mail would be proven by either's login.
    const other = await inside.users.byAddress(address.value.key)
    if (other && other.id !== user) return refusal('addressTaken', address.value.text)
    value.address = address.value.text
    value.address_key = address.value.key
  }
  if (given.department !== undefined) value.department = oneLine(given.department)
  if (given.sponsor !== undefined) {
    if (given.sponsor !== '' && !(await inside.users.get(given.sponsor))) return refusal('unknownUser', given.sponsor)
    value.sponsor = given.sponsor
  }
  if (given.expires !== undefined) {
    const expires = readExpiry(given.expires)
    if (!expires.ok) return expires
    value.expires = expires.value ?? 0
  }
  return { ok: true, value }
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
}

function shown(user: UserRow, name: string): string | number {
  if (name === 'expires') return user.expires === 0 ? 'never' : user.expires
  if (name === 'department') return user.department
  if (name === 'sponsor') return user.sponsor
  return name === 'address' ? user.address : user.name
}

function optional(fields: { readonly department: string; readonly sponsor: string; readonly expires: number }) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '' && value !== 0))
}
