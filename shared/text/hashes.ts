/** Hashes of texts and of their neighbours one deletion away, and a table of them with look-ups of constant cost (F2). */

/** What a hash was made for: a seed of its own for each, so that a name never meets an address. */
export const seeds = { skeleton: 0x9e3779b1, edit: 0x85ebca77, name: 0xc2b2ae3d, local: 0x27d4eb2f } as const

/** Longest text whose neighbours are hashed: an address (A2) with room to spare. */
export const maxHashedLength = 320

/** Slots looked at for one hash: ten times what a list of numbered accounts needs. */
const maxSlots = 512
/** FNV's prime; any odd number spreads a polynomial hash. */
const base = 0x01000193

const powers = new Int32Array(maxHashedLength + 1).fill(1)
for (let at = 0; at < maxHashedLength; at++) powers[at + 1] = Math.imul(powers[at] ?? 1, base)

/** Hash of 32 bits: a polynomial, mixed at the end so that its low bits depend on all characters. */
export function hashOf(text: string, seed: number): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, base) + text.charCodeAt(at) + 1) | 0
  return mix(hash, seed)
}

/** Writes the hashes of a text, and of all that one deletion leaves of it, into `found` from `offset` on; answers how many. */
type NeighbourHasher = (text: string, found: Uint32Array, offset: number) => number

/** A hasher with scratch space of its own. It writes at most one hash more than the text has characters. */
export function createNeighbourHasher(): NeighbourHasher {
  const suffixes = new Int32Array(maxHashedLength + 1)
  return (text, found, offset) => {
    const length = Math.min(text.length, maxHashedLength)
    suffixes[length] = 0
    for (let at = length - 1; at >= 0; at--) {
      suffixes[at] = (suffixes[at + 1] ?? 0) + Math.imul(text.charCodeAt(at) + 1, powers[length - 1 - at] ?? 1)
    }
    let next = offset
    found[next++] = mix(suffixes[0] ?? 0, seeds.edit)
    let prefix = 0
    let before = -1
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at)
      // The hash of the rest comes of the two halves around the character; deleting either of two equal ones leaves the same.
      const rest = Math.imul(prefix, powers[length - 1 - at] ?? 1) + (suffixes[at + 1] ?? 0)
      if (code !== before) found[next++] = mix(rest | 0, seeds.edit)
      prefix = (Math.imul(prefix, base) + code + 1) | 0
      before = code
    }
    return next - offset
  }
}

function mix(hash: number, seed: number): number {
  let mixed = Math.imul(hash ^ seed, 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Hashes with their owners, two numbers a slot, in groups: group `g` is the slots from `starts[g]` to `starts[g + 1]`. */
export type HashTable = { readonly starts: Uint32Array; readonly slots: Uint32Array }

/** Hashes to a group on average. Fewer would make `starts` outgrow a processor's cache, and building take three times as long. */
const groupSize = 8

/** Hashes sorted in one step: a few milliseconds. */
const stepSize = 50_000

/**
 * Counting sort by the low bits of each hash; `hashes[i]` belongs to `owners[i]`. In steps, so that whoever has other
 * work to do may do it between two of them.
 */
export function* buildHashTable(hashes: Uint32Array, owners: Uint32Array): Generator<undefined, HashTable> {
  const groups = 2 ** Math.ceil(Math.log2(Math.max(1, hashes.length / groupSize)))
  const starts = new Uint32Array(groups + 1)
  for (let from = 0; from < hashes.length; from += stepSize) {
    countGroups(hashes.subarray(from, from + stepSize), starts)
    yield
  }
  // First where each group ends; filling from the end then leaves where it starts.
  for (let group = 1; group <= groups; group++) starts[group] = (starts[group] ?? 0) + (starts[group - 1] ?? 0)
  const table = { starts, slots: new Uint32Array(2 * hashes.length) }
  for (let end = hashes.length; end > 0; end -= stepSize) {
    const from = Math.max(0, end - stepSize)
    fillSlots(table, hashes.subarray(from, end), owners.subarray(from, end))
    yield
  }
  return table
}

function countGroups(hashes: Uint32Array, starts: Uint32Array): void {
  const mask = starts.length - 2
  for (const hash of hashes) starts[hash & mask] = (starts[hash & mask] ?? 0) + 1
}

function fillSlots({ starts, slots }: HashTable, hashes: Uint32Array, owners: Uint32Array): void {
  const mask = starts.length - 2
  for (let index = hashes.length - 1; index >= 0; index--) {
    const hash = hashes[index] ?? 0
    const slot = (starts[hash & mask] ?? 0) - 1
    starts[hash & mask] = slot
    slots[2 * slot] = hash
    slots[2 * slot + 1] = owners[index] ?? 0
  }
}

/** The first owner under `hash`, in the order given to `buildHashTable`, that `check` accepts. */
export function findOwner(table: HashTable, hash: number, check: (owner: number) => boolean): number | undefined {
  const group = hash & (table.starts.length - 2)
  const start = table.starts[group] ?? 0
  const end = Math.min(table.starts[group + 1] ?? 0, start + maxSlots)
  for (let slot = start; slot < end; slot++) {
    const owner = table.slots[2 * slot + 1] ?? 0
    if (table.slots[2 * slot] === hash && check(owner)) return owner
  }
  return undefined
}
