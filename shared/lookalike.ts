/**
 * Which contact an address that is not listed looks like (guard.md I9), at a cost that does not grow with the list (F2).
 *
 * Two texts are one edit apart only if they, or what is left of each after deleting one character, have a text in common.
 * So each contact stands in a table under the hash of its address, of each such remainder, of its skeleton, its name and
 * its local part: some thirty slots of eight bytes. A look-up tries the same hashes of the address in question, and
 * compares texts only where a hash is equal. What is missed for a cap is still held: only as not listed.
 */
import { type Address, foldAscii } from './address.ts'
import type { ListedContact } from './guard.ts'
import {
  buildHashTable,
  createNeighbourHasher,
  findOwner,
  type HashTable,
  hashOf,
  maxHashedLength,
  seeds,
} from './text/hashes.ts'
import { addressSkeleton, nameSkeleton } from './text/skeleton.ts'

/**
 * Finds the contact that an unlisted address, or the name shown with it, looks like. `except`: key of a contact to pass
 * over, so that a listed one can be asked about too: of two that look alike at least the later finds the earlier.
 */
type Lookalikes = (address: Address, name: string, except?: string) => ListedContact | undefined

/** Equal local parts count from this length, and unless they name a role: everybody has an `info`. */
const minLocalLength = 4
const roles: ReadonlySet<string> = new Set(
  (
    'abuse accounting accounts admin administrator billing career careers contact contacts finance ' +
    'hello help helpdesk hostmaster info invoice invoices jobs legal mail mailer-daemon ' +
    'marketing media news newsletter no-reply noreply notifications office orders post postmaster ' +
    'press reception root sales security service shop support team test user ' +
    'webmaster welcome'
  ).split(' '),
)
/** Called for each text that a look-up compares: lets a test count what a judgement costs (F2). */
type Probe = () => void
type First = (hash: number, same: (contact: ListedContact) => boolean) => ListedContact | undefined

/** Makes the look-up. The table is built at the first one: a list that is only asked for listed contacts never pays. */
export function createLookalikes(
  contacts: ReadonlyMap<string, ListedContact>,
  probe: Probe = () => undefined,
): Lookalikes {
  let made: Lookalikes | undefined
  return (address, name, except) => {
    made ??= lastOf(buildLookalikes(contacts, probe))
    return made(address, name, except)
  }
}

/** The same look-up, its table built in steps of some milliseconds: for whoever must not stand still for a long list. */
export function* buildLookalikes(
  contacts: ReadonlyMap<string, ListedContact>,
  probe: Probe = () => undefined,
): Generator<undefined, Lookalikes> {
  const listed = [...contacts.values()]
  const first = firstIn(yield* buildTable(listed), listed, probe)
  return (address, name, except) => {
    const other: First =
      except === undefined ? first : (hash, same) => first(hash, (contact) => contact.key !== except && same(contact))
    // The address first: it is what an answer goes to, while a name is free for anybody to take.
    return likeAddress(address.key, other) ?? likeName(contacts, { name, except }, other) ?? likeLocal(address, other)
  }
}

/** Takes all steps at once. */
function lastOf<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function firstIn(table: HashTable, listed: readonly ListedContact[], probe: Probe): First {
  return (hash, same) => {
    const owner = findOwner(table, hash, (candidate) => {
      probe()
      const contact = listed[candidate]
      return contact !== undefined && same(contact)
    })
    return owner === undefined ? undefined : listed[owner]
  }
}

function likeAddress(key: string, first: First): ListedContact | undefined {
  const skeleton = addressSkeleton(key)
  const twin = first(hashOf(skeleton, seeds.skeleton), (contact) => addressSkeleton(contact.key) === skeleton)
  if (twin) return twin
  const neighbours = new Uint32Array(maxHashedLength + 1)
  const count = createNeighbourHasher()(key, neighbours, 0)
  for (let index = 0; index < count; index++) {
    const near = first(neighbours[index] ?? 0, (contact) => isOneEditAway(contact.key, key))
    if (near) return near
  }
  return undefined
}

/** A contact's address inside the name, or a contact's name. */
function likeName(
  contacts: ReadonlyMap<string, ListedContact>,
  { name, except }: { readonly name: string; readonly except: string | undefined },
  first: First,
): ListedContact | undefined {
  if (name.includes('@')) {
    for (const part of name.split(/[\s<>()[\]",:;]+/)) {
      const contact = contacts.get(foldAscii(part))
      if (contact && contact.key !== except) return contact
    }
  }
  const skeleton = nameSkeleton(name)
  if (skeleton === '') return undefined
  return first(hashOf(skeleton, seeds.name), (contact) => nameSkeleton(contact.name) === skeleton)
}

function likeLocal({ key }: Address, first: First): ListedContact | undefined {
  const local = tellingLocal(key)
  if (local === undefined) return undefined
  return first(hashOf(local, seeds.local), (contact) => contact.key.startsWith(`${local}@`))
}

function tellingLocal(key: string): string | undefined {
  const local = key.slice(0, key.lastIndexOf('@'))
  return local.length < minLocalLength || roles.has(local) ? undefined : local
}

/** Contacts hashed in one step. */
const stepSize = 1_000

function* buildTable(listed: readonly ListedContact[]): Generator<undefined, HashTable> {
  const collector = createCollector(listed)
  for (let from = 0; from < listed.length; from += stepSize) {
    collector.take(from, Math.min(from + stepSize, listed.length))
    yield
  }
  return yield* buildHashTable(...collector.found())
}

function createCollector(listed: readonly ListedContact[]) {
  const hashNeighbours = createNeighbourHasher()
  // Three texts, the address itself, and at most one for each of its characters.
  const most = listed.reduce((sum, { key }) => sum + key.length + 4, 0)
  const hashes = new Uint32Array(most)
  const owners = new Uint32Array(most)
  let size = 0
  // One contact for each skeleton, name and local part is enough: a thousand contacts of one name take one slot.
  // Signed, because an engine keeps small signed numbers without a box.
  const single = new Set<number>()
  const add = (owner: number, contact: ListedContact): void => {
    const count = hashNeighbours(contact.key, hashes, size)
    owners.fill(owner, size, size + count)
    size += count
    for (const hash of sharedHashes(contact)) {
      if (single.has(hash | 0)) continue
      single.add(hash | 0)
      hashes[size] = hash
      owners[size++] = owner
    }
  }
  return {
    take(from: number, to: number): void {
      for (const [index, contact] of listed.slice(from, to).entries()) add(from + index, contact)
    },
    found: () => [hashes.subarray(0, size), owners.subarray(0, size)] as const,
  }
}

function sharedHashes(contact: ListedContact): number[] {
  const found = [hashOf(addressSkeleton(contact.key), seeds.skeleton)]
  const name = nameSkeleton(contact.name)
  if (name !== '') found.push(hashOf(name, seeds.name))
  const local = tellingLocal(contact.key)
  if (local !== undefined) found.push(hashOf(local, seeds.local))
  return found
}

/** Whether one insertion, deletion, substitution or swap of neighbours makes one text the other. */
function isOneEditAway(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1 || one === other) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start++
  const rest = (text: string, skipped: number): string => text.slice(start + skipped)
  if (one.length !== other.length) {
    return one.length > other.length ? rest(one, 1) === rest(other, 0) : rest(one, 0) === rest(other, 1)
  }
  if (rest(one, 1) === rest(other, 1)) return true
  return one[start] === other[start + 1] && one[start + 1] === other[start] && rest(one, 2) === rest(other, 2)
}
