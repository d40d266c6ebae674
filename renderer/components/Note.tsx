/** A box for what the reader must know before going on. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './Icons.tsx'

type NoteProps = {
  readonly tone?: 'plain' | 'warn' | 'danger'
  readonly icon?: IconName
  readonly id?: string
  readonly children: ReactNode
}

/** A quiet box for something that the reader should know here and now. */
export function Note({ tone = 'plain', icon = tone === 'plain' ? 'info' : 'warning', id, children }: NoteProps) {
  return (
    <div className={`note ${tone === 'plain' ? '' : `note-${tone}`}`} {...(id !== undefined && { id })}>
      <Icon name={icon} />
      <div className="grid min-w-0 flex-1 gap-1.5">{children}</div>
    </div>
  )
}
