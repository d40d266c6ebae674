import { useWords } from '../../i18n/i18n.ts'
import { ChangeFields } from './ChangeFields.tsx'
import { opWords } from './reason-words.ts'

/** A change as it was given: the operation, and the rest of it. */
function partsOf(text: string): { readonly op: string; readonly rest: string } {
  try {
    const { op, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return { op: String(op), rest: JSON.stringify(rest) }
  } catch {
    // A long one comes cut.
    return { op: '', rest: text }
  }
}

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
