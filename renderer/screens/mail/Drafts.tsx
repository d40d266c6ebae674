/** The mails that were begun. */
import { useEffect, useId } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { BegunMail } from '../../../shared/mail-drafts.ts'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { formatNames, formatNumber, formatShort } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

/** How often the times in the list are looked at again. */
const timeTick = 60_000

function DraftRow({ draft }: { readonly draft: BegunMail }) {
  const { compose, mail, navigation, notices } = useStores()
  const { id } = useSlice(compose)
  const { t, language } = useWords()
  const now = useNow(timeTick)
  const words = useId()
  const names = draft.people.map(({ address, name }) => name || shownAddress(address))
  const name = names.length > 0 ? formatNames(language, names) : t('mail.nobodyYet')
  const subject = draft.subject || t('mail.noSubject')
  const open = async () => {
    navigation.show('mail')
    const opened = await compose.open(draft.id)
    if (opened.ok) return
    notices.say({ about: 'failure', failure: opened.failure })
    void mail.loadDrafts()
  }
  return (
    <li aria-label={t('mail.item', { name, subject })}>
      <button
        type="button"
        className="row draft"
        aria-labelledby={words}
        aria-current={draft.id === id ? 'true' : undefined}
        onClick={() => void open()}
      >
        <span className="row-text" id={words}>
          <span className="row-line">
            <span className="row-main">{name}</span>
            <span className="row-when">{formatShort(language, draft.at, now)}</span>
          </span>
          <span className="row-sub">{subject}</span>
        </span>
      </button>
    </li>
  )
}

/** Lists what was begun, the last first; a press goes on with it. Nothing while nothing was begun. */
export function Drafts() {
  const { mail } = useStores()
  const { drafts } = useSlice(mail)
  const { t, language } = useWords()
  const { loadDrafts } = mail
  // Another window of the same account may have begun one, or ended it.
  useEffect(() => void loadDrafts(), [loadDrafts])
  if (drafts.length === 0) return null
  return (
    <section className="drafts">
      <h3 className="row-group">
        {t('mail.drafts')}
        <span className="font-normal">{formatNumber(language, drafts.length)}</span>
      </h3>
      <ul className="drafts-list" aria-label={t('mail.drafts')}>
        {drafts.map((draft) => (
          <DraftRow key={draft.id} draft={draft} />
        ))}
      </ul>
    </section>
  )
}
