/** What a version changed, as its row keeps it and a delta is made of. */
import { decodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { utf8 } from '../../shared/whitelist/bytes/encoding.ts'
import { isOp, type Op, opText } from '../../shared/whitelist/delta.ts'
import { entryFromText, type Planned } from './changes.ts'

export function opsOf(planned: Planned): readonly Op[] {
  const removed = [...planned.removed].map((id): Op => ({ op: 'del', id }))
  const put = [...planned.puts.values()].map((row): Op => ({ op: 'put', e: entryFromText(row.json) }))
  return [...removed, ...put]
}

export function opsText(ops: readonly Op[]): string {
  return `[${ops.map(opText).join(',')}]`
}

/** Operations from a version's row; anything else there is a damaged store. */
export function opsFromText(text: string): readonly Op[] {
  const value = decodeCanonical(utf8(text))
  if (!Array.isArray(value) || !value.every(isOp)) throw new Error('stored operations are damaged')
  return value
}
