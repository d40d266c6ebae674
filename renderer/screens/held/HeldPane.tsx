/** The held message that was chosen. */
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { HeldActions } from './HeldActions.tsx'
import { HeldArticle } from './HeldArticle.tsx'
import { KeptReading } from './KeptReading.tsx'

function Body() {
  const { text, failure } = useSlice(useStores().held)
  const { t } = useWords()
  if (failure) {
    return (
      <Note tone="danger">
        <FailureText failure={failure} />
      </Note>
    )
  }
  return (
    <>
      <p className="text-sm text-muted">{t('held.plain')}</p>
      <p className="leading-relaxed whitespace-pre-wrap">{text}</p>
    </>
  )
}

/** Shows a held message as text alone, and never the way a contact's message looks (I3). */
export function HeldPane() {
  const { selected, kept, total } = useSlice(useStores().held)
  const { t } = useWords()
  return (
    <>
      <DetailBar />
      {selected && (
        <HeldArticle label={t('held.message')} held={selected}>
          {/* Another message begins with its own scope. */}
          <HeldActions key={selected.id} message={selected} />
          <Body />
        </HeldArticle>
      )}
      {kept && <KeptReading kept={kept} />}
      {!selected && !kept && total > 0 && (
        <EmptyState icon="held" title={t('held.choose')} hint={t('held.chooseHint')} />
      )}
    </>
  )
}
