/** One contact request in a list. */
import type { ReactNode } from 'react'
import { cleanName, shownAddress } from '../../../shared/address.ts'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

type RequestItemProps = {
  readonly name: string
  readonly address?: string
  readonly note: string
  /** When it was made; absent where the state says a date. */
  readonly at?: number
  readonly state?: string
  /** Its buttons. */
  readonly children: ReactNode
}

/** Shows who asks or is asked, the note and the state; `children` are its buttons. */
export function RequestItem({ name, address, note, at, state, children }: RequestItemProps) {
  const { language } = useWords()
  // A4: a name is free, and whoever asks is nobody's entry yet.
  const about = [
    address === undefined ? undefined : shownAddress(address),
    at === undefined ? undefined : formatDate(language, at),
    state,
  ]
    .filter((text) => text !== undefined)
    .join(' · ')
  return (
    <li className="grid gap-2 rounded-lg border border-line p-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="grid min-w-0">
          <span className="font-medium wrap-anywhere">{shownAddress(cleanName(name))}</span>
          <span className="text-sm text-muted wrap-anywhere">{about}</span>
        </div>
        <div className="flex flex-wrap gap-2 empty:hidden">{children}</div>
      </div>
      {note !== '' && <p className="text-sm whitespace-pre-wrap wrap-anywhere">{note}</p>}
    </li>
  )
}
