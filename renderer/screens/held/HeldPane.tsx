import type { HeldMessage } from '../../../shared/contract.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Facts } from '../../components/Facts.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { claimWords } from './HeldColumn.tsx'
import { KeptReading } from './KeptReading.tsx'
import { Why } from './Why.tsx'

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

function Reading({ held }: { readonly held: HeldMessage }) {
  const { t, language } = useWords()
  const facts = [
    { term: t('held.claimedAddress'), text: held.claimedAddress || t('held.noSender') },
    { term: t('held.received'), text: formatMoment(language, held.at) },
  ]
  return (
    <section className="page-scroll" tabIndex={scrollStop} aria-label={t('held.message')}>
      <article className="measure grid gap-5">
        <header className="grid gap-1">
          <p className="text-sm font-medium text-warn">{claimWords(t, held)}</p>
          <h2 className="text-xl font-semibold tracking-tight wrap-anywhere">{held.subject || t('held.noSubject')}</h2>
        </header>
        <Facts facts={facts} />
        <Why held={held} />
        <Body />
      </article>
    </section>
  )
}

/** A held message: text and nothing but text, and never in a contact's clothes (I3). */
export function HeldPane() {
  const { selected, kept, total } = useSlice(useStores().held)
  const { t } = useWords()
  return (
    <>
      <DetailBar />
      {selected && <Reading held={selected} />}
      {kept && <KeptReading kept={kept} />}
      {!selected && !kept && total > 0 && (
        <EmptyState icon="held" title={t('held.choose')} hint={t('held.chooseHint')} />
      )}
    </>
  )
}
