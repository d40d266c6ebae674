/** What a version changed, as its row keeps it and a delta is made of. */
import { canonicalText, decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { isOp, type Op } from '../../shared/whitelist/delta.ts'
import type { Entry } from '../../shared/whitelist/entry.ts'

/** `add`: the list did not have the entry before, whatever its `rev`: many lists share it, or it was away. */
export type StoredOp = Op | { readonly op: 'add'; readonly e: Entry }

export function opsText(ops: readonly StoredOp[]): string {
  return `[${ops.map(canonicalText).join(',')}]`
}

/** Operations from a version's row; anything else there is a damaged store. Those that added an entry are put into `added`. */
export function opsFromText(text: string, added: { add(op: Op): unknown } = nobody): readonly Op[] {
  const value = decodeCanonical(utf8(text))
  if (!Array.isArray(value)) throw new Error(damaged)
  return value.map((one: unknown) => {
    const isAdded = isRecord(one) && one.op === 'add'
    const op = isAdded ? { ...one, op: 'put' } : one
    if (!isOp(op)) throw new Error(damaged)
    if (isAdded || (op.op === 'put' && op.e.rev === 1)) added.add(op)
    return op
  })
}

const damaged = 'stored operations are damaged'
const nobody = { add: () => undefined }

function isRecord(value: unknown): value is { readonly op?: unknown } {
  return typeof value === 'object' && value !== null
}
