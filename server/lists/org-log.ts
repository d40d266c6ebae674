/** The organisation's log of heads, each entry chained to the one before (protocol.md 11): nobody removes a version unseen. */
import { hashOf } from '../access/sessions.ts'
import type { Store } from '../store/store.ts'

const beginning = '0'.repeat(64)

export async function logHead(inside: Store, headHash: string, now: number): Promise<void> {
  const last = await inside.journal.lastLog()
  await inside.journal.addLog({ n: (last?.n ?? 0) + 1, head_hash: headHash, prev: linkOf(last), at: now })
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
