import type { KeptMessage } from '../../../shared/quarantine.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Facts } from '../../components/Facts.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { claimWords } from './HeldColumn.tsx'
import { Why } from './Why.tsx'

function Release({ state }: Pick<KeptMessage, 'state'>) {
  const { held } = useStores()
  const { by } = useSlice(held)
  const { t } = useWords()
  if (state === 'kept') {
    return (
      <button type="button" className="button button-primary justify-self-start" onClick={() => void held.release()}>
        {t(by === 'user' ? 'held.deliver' : 'held.ask')}
      </button>
    )
  }
  return <p>{t(`keptMore.${state}`)}</p>
}

/** A message that the gateway keeps back: what is known of it here is not its text. */
export function KeptReading({ kept }: { readonly kept: KeptMessage }) {
  const { failure } = useSlice(useStores().held)
  const { t, language } = useWords()
  const facts = [
    { term: t('held.claimedAddress'), text: kept.claimedAddress || t('held.noSender') },
    { term: t('held.received'), text: formatMoment(language, kept.at) },
  ]
  return (
    <section className="page-scroll" tabIndex={scrollStop} aria-label={t('held.keptMessage')}>
      <article className="measure grid gap-5">
        <header className="grid gap-1">
          <p className="text-sm font-medium text-warn">{claimWords(t, kept)}</p>
          <h2 className="text-xl font-semibold tracking-tight wrap-anywhere">{kept.subject || t('held.noSubject')}</h2>
        </header>
        <Facts facts={facts} />
        <Why held={kept} />
        <p className="text-sm text-muted">{t('held.keptHint')}</p>
        <output className="grid">
          <Release state={kept.state} />
        </output>
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        )}
      </article>
    </section>
  )
}
