/** What a person sees before signing: from verified operations only, equal changes of many lists in one line. */

import { bidiPattern, controlPattern, invisiblePattern } from '../../shared/text/hidden.ts'
import type { Entry } from '../../shared/whitelist/entry.ts'
import type { Policy } from '../../shared/whitelist/head.ts'
import type { EntryChange, VerifiedChange } from './check-draft.ts'
import type { Beginning } from './signed-lists.ts'

const beginningWords: { readonly [B in Beginning]: string } = {
  first: 'not signed here before, so shown whole',
  new: 'new',
  epoch: 'a new epoch, so shown whole',
  elsewhere: 'does not follow what was signed here last, so shown whole',
}

/** One line for each kind of change, with how many lists it is in. */
export function wordsOf(changes: readonly VerifiedChange[]): readonly string[] {
  const lists = new Groups<string>()
  const entries = new Groups<EntryChange>()
  for (const { core, whole, isAgain, policy, entries: changed } of changes) {
    if (whole) lists.add(beginningWords[whole], core.usr)
    if (isAgain) lists.add('a second time for a version that the server did not take, as it says', core.usr)
    const was = policy.before && policyWords(policy.before)
    const is = policyWords(policy.after)
    if (was !== is) lists.add(was === undefined ? `policy: ${is}` : `policy: ${was} -> ${is}`, core.usr)
    // A head that changes nothing is said as well: nothing is signed that is not on the screen.
    if (!whole && changed.length === 0 && was === is) lists.add('unchanged, renewed', core.usr)
    for (const one of changed) entries.add(one, core.usr)
  }
  return [...totalOf(changes), ...lists.told((line) => line), ...entries.told(entryWords)]
}

/** What is the same for many lists, with how many and the first of them. */
class Groups<T> {
  readonly #lists = new Map<T, { count: number; readonly users: string[] }>()

  add(what: T, user: string): void {
    const group = this.#lists.get(what) ?? { count: 0, users: [] }
    group.count += 1
    if (group.users.length < maxNamed) group.users.push(user)
    this.#lists.set(what, group)
  }

  told(words: (what: T) => string): readonly string[] {
    return Array.from(this.#lists, ([what, { count, users }]) => `${listsOf(count, users)}: ${words(what)}`)
  }
}

/** Users named of a group: enough to recognise it by, few enough for one line. */
const maxNamed = 5

function listsOf(count: number, users: readonly string[]): string {
  const named = users.map(visible).join(', ')
  return count === 1 ? named : `${count} lists (${named}${count > users.length ? ', ...' : ''})`
}

function entryWords({ before, after }: EntryChange): string {
  if (!before) return `+ ${after ? about(after.entry) : ''}`
  if (!after) return `- ${about(before.entry)}`
  const [was, is] = [before.entry, after.entry]
  const moved = was.m === is.m ? '' : ` -> ${visible(is.m)}`
  return `~ ${visible(was.m)}${moved}: ${fieldsBetween(was, is)}`
}

function about(entry: Entry): string {
  return `${visible(entry.m)} (${fieldsBetween(undefined, entry)})`
}

/** What a person is told of an entry, in this order. */
const fields = [
  ['n', 'name'],
  ['k', 'nickname'],
  ['r', 'remark'],
  ['s', 'scope'],
  ['a', 'proof'],
  ['x', 'until'],
  ['g', 'groups'],
  ['o', 'direction'],
] as const

function fieldsBetween(was: Entry | undefined, is: Entry): string {
  const told: string[] = []
  for (const [key, name] of fields) {
    const before = fieldOf(was, key)
    const after = fieldOf(is, key)
    if (before === after) continue
    const from = was ? `${before === '' ? 'none' : before} -> ` : ''
    told.push(key === 'n' && !was ? after : `${name} ${from}${after === '' ? 'none' : after}`)
  }
  return told.length === 0 ? 'nothing that shows' : told.join(', ')
}

function fieldOf(entry: Entry | undefined, key: keyof Entry): string {
  const value = entry?.[key]
  if (value === undefined) return ''
  if (key === 'x') return value === 0 ? 'never' : dateOf(Number(value))
  if (key === 's') return value === 'int' ? 'internal' : 'external'
  if (key === 'o') return value === 's' ? 'only sending to' : value === 'r' ? 'only receiving from' : 'closed'
  return visible(String(value))
}

/** A time may be any number. */
function dateOf(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString()
}

function policyWords(policy: Policy): string {
  // Every field that the head has, by no choice of ours: what is signed is shown.
  return Object.entries(policy)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ')
}

function totalOf(changes: readonly VerifiedChange[]): readonly string[] {
  const [first] = changes
  if (!first) return []
  let [added, changed, removed, last] = [0, 0, 0, 0]
  for (const { core, entries } of changes) {
    last = Math.max(last, core.exp)
    for (const { before, after } of entries) {
      if (!before) added += 1
      else if (after) changed += 1
      else removed += 1
    }
  }
  const { usr: user, ver: version, cnt: count } = first.core
  const one = `list of ${visible(user)}: version ${version}, ${count} entries`
  const heads = changes.length === 1 ? one : `${changes.length} heads`
  return [`${heads}, ${added} added, ${changed} changed, ${removed} removed, valid until ${dateOf(last)}`]
}

/** What would not show, or would change how its neighbours show, is written as its number. */
export function visible(text: string): string {
  const isHidden = (letter: string) =>
    bidiPattern.test(letter) || controlPattern.test(letter) || invisiblePattern.test(letter)
  return Array.from(text, (letter) => (isHidden(letter) ? `\\u{${letter.codePointAt(0)?.toString(16)}}` : letter)).join(
    '',
  )
}
