/** Several changes, one below the other. */
import { isRecord, jsonOf } from '../../../shared/json.ts'
import { useWords } from '../../i18n/i18n.ts'
import { ChangeFields } from './ChangeFields.tsx'
import { opWords } from './reason-words.ts'

/** A change as it was given: the operation, and the rest of it. */
function partsOf(text: string): { readonly op: string; readonly rest: string } {
  const change = jsonOf(text)
  // A long one comes cut, and is no JSON then.
  if (!isRecord(change)) return { op: '', rest: text }
  const { op, ...rest } = change
  return { op: String(op), rest: JSON.stringify(rest) }
}

/** Lists changes that come as JSON, each with its operation and its fields. */
export function Changes({ changes }: { readonly changes: readonly string[] }) {
  const { t } = useWords()
  return (
    <ul className="grid gap-2 text-sm">
      {changes.map((text) => {
        const { op, rest } = partsOf(text)
        return (
          <li key={text} className="grid gap-1">
            {op !== '' && <span className="font-medium">{opWords(t, op)}</span>}
            <ChangeFields json={rest} />
          </li>
        )
      })}
    </ul>
  )
}
