/** What a version changed, as its row keeps it and a delta is made of. */
import { decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { isOp, type Op } from '../../shared/whitelist/delta.ts'

/**
 * What a version changes in its list: ids of removed entries, canonical texts of those that come or change. `opsText`
 * writes it into the version's row.
 */
export type TextChange = {
  readonly removals: readonly string[]
  readonly additions: readonly string[]
  readonly changes: readonly string[]
}

/**
 * Canonical text of the operations, from canonical texts of the entries. `add`: the list did not have the entry before,
 * whatever its `rev`: many lists share it, or it was away.
 */
export function opsText({ removals, additions, changes }: TextChange): string {
  const texts = [
    ...removals.map((id) => `{"id":${JSON.stringify(id)},"op":"del"}`),
    ...additions.map((json) => `{"e":${json},"op":"add"}`),
    ...changes.map((json) => `{"e":${json},"op":"put"}`),
  ]
  return `[${texts.join(',')}]`
}

/** Bytes of operations that are always kept. */
const alwaysKept = 64 * 1024

/** Operations longer than the list are of no use to anybody: whoever is behind them gets the whole list. Kept as nothing. */
export function isWorthKeeping(change: TextChange, listBytes: number): boolean {
  let size = 0
  for (const json of change.additions) size += json.length
  for (const json of change.changes) size += json.length
  return size <= Math.max(alwaysKept, listBytes / 2)
}

/** `ops_size` of operations that were not kept: no delta leads past them. */
export const notKept = 2 ** 40

/** Operations from a version's row; anything else there is a damaged store. Those that added an entry are put into `added`. */
export function opsFromText(text: string, added: { add(op: Op): unknown } = nobody): readonly Op[] {
  const value = decodeCanonical(utf8(text))
  if (!Array.isArray(value)) throw new Error(damaged)
  return value.map((one: unknown) => {
    const isAdded = isRecord(one) && one.op === 'add'
    const op = isAdded ? { ...one, op: 'put' } : one
    if (!isOp(op)) throw new Error(damaged)
    // A first revision is new to the list as well: each change of an entry raises it.
    if (isAdded || (op.op === 'put' && op.e.rev === 1)) added.add(op)
    return op
  })
}

const damaged = 'stored operations are damaged'
const nobody = { add: () => undefined }

function isRecord(value: unknown): value is { readonly op?: unknown } {
  return typeof value === 'object' && value !== null
}
