/** The frame of one held message. */
import type { ReactNode } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { HeldMessage } from '../../../shared/held.ts'
import { Facts } from '../../components/Facts.tsx'
import { Note } from '../../components/Note.tsx'
import { RuleNote } from '../../components/RuleNote.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { heldWords } from '../../components/words.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { claimWords } from './HeldColumn.tsx'

type Held = Pick<HeldMessage, 'claimedAddress' | 'subject' | 'at' | 'rule' | 'reason'> &
  Partial<Pick<HeldMessage, 'claimedName' | 'contactName' | 'contactAddress'>>

function Why({ held }: { readonly held: Held }) {
  const { t } = useWords()
  return (
    <Note tone="warn" icon="held">
      <p className="font-semibold">
        {heldWords(t, held)} <RuleNote rule={held.rule} />
      </p>
      <p>{t(`heldMore.${held.reason}`)}</p>
    </Note>
  )
}

type HeldArticleProps = { readonly label: string; readonly held: Held; readonly children: ReactNode }

/** What is known of a held message wherever it lies: a claim, and which rule held it. */
export function HeldArticle({ label, held, children }: HeldArticleProps) {
  const { t, language } = useWords()
  const facts = [
    { term: t('held.claimedAddress'), text: shownAddress(held.claimedAddress) || t('held.noSender') },
    { term: t('held.received'), text: formatMoment(language, held.at) },
  ]
  return (
    <section className="page-scroll" tabIndex={scrollStop} aria-label={label}>
      <article className="measure grid gap-5">
        <header className="grid gap-1">
          <p className="text-sm font-medium text-warn">{claimWords(t, held)}</p>
          <h2 className="text-xl font-semibold tracking-tight wrap-anywhere">{held.subject || t('held.noSubject')}</h2>
        </header>
        <Facts facts={facts} />
        <Why held={held} />
        {children}
      </article>
    </section>
  )
}
