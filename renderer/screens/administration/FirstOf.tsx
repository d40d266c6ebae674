/** The first of many, and the others on demand. */
import { type ReactNode, useState } from 'react'
import { useWords } from '../../i18n/i18n.ts'

type FirstOfProps<Row> = {
  readonly rows: readonly Row[]
  /** How many there are, also those that are not among the rows. */
  readonly total: number
  readonly first: number
  readonly label?: string
  /** One of its own for each row. */
  readonly keyOf: (row: Row) => string
  readonly children: (row: Row) => ReactNode
}

/** Shows the first, and "and 12 more" as a button that shows all that are here. */
export function FirstOf<Row>({ rows, total, first, label, keyOf, children }: FirstOfProps<Row>) {
  const { t } = useWords()
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.slice(0, first)
  const more = Math.max(total, rows.length) - shown.length
  const isFoldable = rows.length > first
  return (
    <>
      <ul className="grid gap-1.5 text-sm" aria-label={label}>
        {shown.map((row) => (
          <li key={keyOf(row)} className="wrap-anywhere">
            {children(row)}
          </li>
        ))}
      </ul>
      {isFoldable && (
        <button
          type="button"
          className="button button-quiet button-small justify-self-start"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t('preview.fewer') : t('change.more', { count: more })}
        </button>
      )}
      {more > 0 && (all || !isFoldable) && <p className="text-sm text-muted">{t('preview.beyond', { count: more })}</p>}
    </>
  )
}
