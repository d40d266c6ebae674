/** The organisation's log of heads, each entry chained to the one before (protocol.md 11): nobody removes a version unseen. */
import { hashOf } from '../ground/hash.ts'
import type { Store } from '../store/store.ts'
import type { OrgLogRow } from '../store/tables.ts'

/** What the first entry names as the one before it: 64 zeros, as the first manifest does. */
const beginning = '0'.repeat(64)

/** Adds heads by their hashes, in this order. `at`: milliseconds since the epoch. */
export async function logHeads(inside: Store, hashes: readonly string[], at: number): Promise<void> {
  // Two transactions that read the same last entry would fork the chain. A writing transaction holds the whole store,
  // so there is none beside this.
  let last = await inside.journal.lastLog()
  const rows: OrgLogRow[] = []
  for (const head_hash of hashes) {
    last = { n: (last?.n ?? 0) + 1, head_hash, prev: linkOf(last), at }
    rows.push(last)
  }
  await inside.journal.addLog(rows)
}

/** Whether the log is whole: every entry names the one before it. */
export async function isLogWhole(store: Store): Promise<boolean> {
  let before: { readonly prev: string; readonly head_hash: string } | undefined
  for (const [index, row] of (await store.journal.log()).entries()) {
    // Numbers without gaps, and each link: a removed or altered line breaks the link of the next one.
    if (row.n !== index + 1 || row.prev !== linkOf(before)) return false
    before = row
  }
  return true
}

function linkOf(row: { readonly prev: string; readonly head_hash: string } | undefined): string {
  return row ? hashOf(`${row.prev}${row.head_hash}`) : beginning
}
