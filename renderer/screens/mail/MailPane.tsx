/** What stands beside the list of mails. */
import { useStore } from 'zustand'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { ComposePane } from './ComposePane.tsx'
import { ReadingPane } from './ReadingPane.tsx'

/** The right column of mail: what is being written, or what is being read. */
export function MailPane() {
  const { compose, mail } = useStores()
  const { total } = useStore(mail.list.rows)
  const { step, round } = useSlice(compose)
  const { message } = useSlice(mail)
  const { t } = useWords()
  if (step === 'editing' || step === 'sending') return <ComposePane key={round} />
  if (message) return <ReadingPane message={message} />
  return (
    <>
      <DetailBar />
      {total > 0 && <EmptyState icon="mail" title={t('mail.choose')} />}
    </>
  )
}
