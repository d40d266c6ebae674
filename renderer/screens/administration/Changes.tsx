/** Several changes, one below the other. */
import { isRecord, jsonOf } from '../../../shared/json.ts'
import { useWords } from '../../i18n/i18n.ts'
import { ChangeFields } from './ChangeFields.tsx'
import { FirstOf } from './FirstOf.tsx'
import { opWords } from './reason-words.ts'

/** A change as it was given: the operation, and the rest of it. */
function partsOf(text: string): { readonly op: string; readonly rest: string } {
  const change = jsonOf(text)
  // A long one comes cut, and is no JSON then.
  if (!isRecord(change)) return { op: '', rest: text }
  const { op, ...rest } = change
  return { op: String(op), rest: JSON.stringify(rest) }
}

/** Before "and M more". */
const firstChanges = 4

/** Lists changes that come as JSON, each with its operation and its fields. `total`: also those that did not come. */
export function Changes({ changes, total }: { readonly changes: readonly string[]; readonly total: number }) {
  const { t } = useWords()
  return (
    <FirstOf rows={changes} total={total} first={firstChanges} keyOf={(text) => text}>
      {(text) => {
        const { op, rest } = partsOf(text)
        return (
          <span className="grid gap-1">
            {op !== '' && <span className="font-medium">{opWords(t, op)}</span>}
            <ChangeFields json={rest} op={op} />
          </span>
        )
      }}
    </FirstOf>
  )
}
