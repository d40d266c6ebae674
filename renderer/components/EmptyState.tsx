/** What stands where a list or a pane has nothing to show. */
import type { ReactNode } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { Icon, type IconName } from './Icons.tsx'

type EmptyStateProps = {
  readonly icon: IconName
  readonly title: string
  readonly hint?: string
  readonly children?: ReactNode
}

/** Nothing here yet: says so, and what to do next. */
export function EmptyState({ icon, title, hint, children }: EmptyStateProps) {
  return (
    <div className="m-auto grid max-w-80 justify-items-center gap-2 p-6 text-center">
      <span className="mb-1 grid size-12 place-items-center rounded-full bg-accent-soft text-accent">
        <Icon name={icon} size={22} />
      </span>
      <p className="font-semibold">{title}</p>
      {hint !== undefined && <p className="text-sm text-muted">{hint}</p>}
      {children}
    </div>
  )
}

type NoMatchProps = {
  readonly title: string
  readonly hint: string
  readonly onClear: () => void
  readonly children?: ReactNode
}

/** A search that finds nothing: where it looks, and the way back to everything. */
export function NoMatch({ title, hint, onClear, children }: NoMatchProps) {
  const { t } = useWords()
  return (
    <EmptyState icon="search" title={title} hint={hint}>
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {children}
        <button type="button" className="button" onClick={onClear}>
          {t('common.clearSearch')}
        </button>
      </div>
    </EmptyState>
  )
}
