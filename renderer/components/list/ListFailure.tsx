/** What a list shows when it could not be read. */
import { useStore } from 'zustand'
import { useWords } from '../../i18n/i18n.ts'
import type { ListWindow } from '../../store/lists/windowed.ts'
import { EmptyState } from '../EmptyState.tsx'
import { failureWords } from '../FailureText.tsx'

/** A list that could not be read: why, and a way to try again. */
export function ListFailure<Row>({ list }: { readonly list: ListWindow<Row> }) {
  const { failure } = useStore(list.rows)
  const { t } = useWords()
  return (
    <EmptyState icon="warning" title={t('common.loadFailed')} {...(failure && { hint: failureWords(t, failure) })}>
      <button type="button" className="button mt-2" onClick={() => void list.reload()}>
        {t('common.tryAgain')}
      </button>
    </EmptyState>
  )
}
