/** The organisation's log of heads, each entry chained to the one before (protocol.md 11): nobody removes a version unseen. */
import { hashOf } from '../ground/hash.ts'
import type { Store } from '../store/store.ts'
import type { OrgLogRow } from '../store/tables.ts'

const beginning = '0'.repeat(64)

/** Adds heads by their hashes, in this order. `at`: milliseconds since the epoch. */
export async function logHeads(inside: Store, hashes: readonly string[], at: number): Promise<void> {
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
    if (row.n !== index + 1 || row.prev !== linkOf(before)) return false
    before = row
  }
  return true
}

function linkOf(row: { readonly prev: string; readonly head_hash: string } | undefined): string {
  return row ? hashOf(`${row.prev}${row.head_hash}`) : beginning
}
