/** One mail in full. */
import { Fragment, useState } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { Message, Participant } from '../../../shared/message.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { doubtsOf } from '../../components/doubt-words.ts'
import { Facts } from '../../components/Facts.tsx'
import { Icon } from '../../components/Icons.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { MessageText } from '../../components/text/MessageText.tsx'
import { formatMoment, formatNames } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { DeliveryLine } from '../chats/TalkLine.tsx'

/** Names the people one after another. A name stays on one line with its address where there is room for both. */
function People({ people }: { readonly people: readonly Participant[] }) {
  const { t, language } = useWords()
  return people.map(({ name, address, listed }, index) => {
    const shown = listed ? address : t('talk.notListed', { address: shownAddress(address) })
    return (
      <Fragment key={address}>
        {index > 0 && formatNames(language, ['', ''])}
        <span className="inline-block">{name === '' ? shown : `${name} <${shown}>`}</span>
      </Fragment>
    )
  })
}

type Asking = {
  readonly message: Message
  readonly onAnswer: (scope: 'sender' | 'all') => void
  readonly onClose: () => void
}

/** I4: whoever sent the message on may have put these names there. */
function AskAll({ message, onAnswer, onClose }: Asking) {
  const { t } = useWords()
  return (
    <Modal open onClose={onClose} title={t('mail.replyAllTitle')}>
      <div className="grid gap-4">
        <p>{t('mail.replyAllAsk')}</p>
        <p className="wrap-anywhere">
          <People people={[...message.to, ...message.cc]} />
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={() => onAnswer('all')}>
            {t('mail.replyAll')}
          </button>
          <button type="button" className="button button-primary" onClick={() => onAnswer('sender')}>
            {t('mail.replySender')}
          </button>
        </div>
      </div>
    </Modal>
  )
}

function Actions({ message }: { readonly message: Message }) {
  const { compose } = useStores()
  const { t } = useWords()
  const [asking, setAsking] = useState(false)
  const answer = (scope: 'sender' | 'all') => {
    setAsking(false)
    void compose.answer(message, scope)
  }
  // With one recipient, oneself, answering to all would be the same button twice.
  const several = message.to.length + message.cc.length > 1
  return (
    <div className="flex flex-1 flex-wrap justify-end gap-2">
      <button type="button" className="button" onClick={() => answer('sender')}>
        <Icon name="reply" size={18} />
        {t('mail.reply')}
      </button>
      {several && (
        <button
          type="button"
          className="button"
          onClick={() => (message.claimedRecipients ? setAsking(true) : answer('all'))}
        >
          {t('mail.replyAll')}
        </button>
      )}
      {asking && <AskAll message={message} onAnswer={answer} onClose={() => setAsking(false)} />}
    </div>
  )
}

function Unlisted({ message }: { readonly message: Message }) {
  const { t, language } = useWords()
  const unlisted = [...message.to, ...message.cc]
    .filter(({ listed }) => !listed)
    .map(({ address }) => shownAddress(address))
  if (unlisted.length === 0) return null
  return <Note tone="warn">{t('talk.unlisted', { addresses: formatNames(language, unlisted) })}</Note>
}

/** Shows the mail as plain text, names those who are not listed, and offers to answer. */
export function ReadingPane({ message }: { readonly message: Message }) {
  const { t, language } = useWords()
  const facts = [
    { term: t('mail.from'), people: [message.from] },
    { term: t('mail.to'), people: message.to },
    { term: t('mail.cc'), people: message.cc },
  ]
    .filter(({ people }) => people.length > 0)
    .map(({ term, people }) => ({ term, text: <People people={people} /> }))
  return (
    <>
      <DetailBar>
        <Actions message={message} />
      </DetailBar>
      <section className="page-scroll" tabIndex={scrollStop} aria-label={t('mail.reading')}>
        <article className="measure grid gap-5">
          <h2 className="text-xl font-semibold tracking-tight wrap-anywhere">
            {message.subject || t('mail.noSubject')}
          </h2>
          <div className="flex items-start gap-3 border-b border-line pb-5">
            <Avatar name={message.from.name} address={message.from.address} />
            <div className="grid min-w-0 flex-1 gap-2 text-sm">
              <Facts facts={facts} close />
              <p className="text-muted">{formatMoment(language, message.at)}</p>
              {message.direction === 'out' && <DeliveryLine message={message} />}
            </div>
          </div>
          <Unlisted message={message} />
          {doubtsOf(t, language, message).map((doubt) => (
            <Note key={doubt}>{doubt}</Note>
          ))}
          <div className="leading-relaxed whitespace-pre-wrap wrap-anywhere">
            <MessageText message={message} />
          </div>
        </article>
      </section>
    </>
  )
}
