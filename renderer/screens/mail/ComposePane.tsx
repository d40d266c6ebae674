/** The composer of a mail. */
import { useEffect, useId, useRef } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import { maxSubjectLength, maxTextLength } from '../../../shared/message.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { UnprovenNote } from '../../components/UnprovenNote.tsx'
import { formatNames } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { allChips, canSend, recipientFields } from '../../store/compose-state.ts'
import { RecipientField } from './RecipientField.tsx'
import { Refused } from './Refused.tsx'

function Head({ onSend, refusedId }: { readonly onSend: () => void; readonly refusedId: string }) {
  const { compose, navigation, notices } = useStores()
  const state = useSlice(compose)
  const { t } = useWords()
  const discard = () => {
    const undo = compose.discard()
    navigation.back()
    if (!undo) return
    const bringBack = () => {
      void undo()
      navigation.show('mail')
    }
    notices.say({ about: 'discarded', undo: bringBack })
  }
  return (
    <DetailBar>
      <h2 className="title">{t('compose.title')}</h2>
      <button type="button" className="button button-quiet" onClick={discard}>
        {t('compose.discard')}
      </button>
      <button
        type="button"
        className="button button-primary"
        aria-describedby={refusedId}
        disabled={!canSend(state)}
        onClick={onSend}
      >
        {t('compose.send')}
      </button>
    </DetailBar>
  )
}

function Warnings({ id }: { readonly id: string }) {
  const state = useSlice(useStores().compose)
  const { dropped, unusedReplyTo, failure, unkept } = state
  const { t, language } = useWords()
  return (
    <div className="grid gap-2 px-5 [&:has(.note)]:pt-3">
      <Refused id={id} />
      <UnprovenNote recipients={allChips(state).map(({ address }) => address)} />
      {dropped.length > 0 && (
        <Note tone="warn">{t('compose.dropped', { addresses: formatNames(language, dropped.map(shownAddress)) })}</Note>
      )}
      {unusedReplyTo.length > 0 && (
        <Note tone="warn">
          {t('compose.unusedReplyTo', { addresses: formatNames(language, unusedReplyTo.map(shownAddress)) })}
        </Note>
      )}
      <div role="alert" className="empty:absolute">
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        )}
        {unkept && (
          <Note tone="danger">
            <p className="font-medium">{t('compose.unkept')}</p>
            <FailureText failure={unkept} />
          </Note>
        )}
      </div>
    </div>
  )
}

function Subject() {
  const { compose } = useStores()
  const { subject } = useSlice(compose)
  const { t } = useWords()
  const id = useId()
  return (
    <div className="compose-line">
      <label htmlFor={id} className="compose-label">
        {t('compose.subject')}
      </label>
      <input
        id={id}
        type="text"
        className="compose-plain"
        value={subject}
        maxLength={maxSubjectLength}
        autoComplete="off"
        onChange={(event) => compose.setSubject(event.target.value)}
        onBlur={() => void compose.save()}
      />
    </div>
  )
}

/** Puts the focus on the first field that is still empty. */
function useFirstGap() {
  const { compose } = useStores()
  const pane = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { to, subject } = compose.store.getState()
    const gap = to.length === 0 ? '.chip-input' : subject === '' ? '.compose-plain' : '.compose-body'
    const box = pane.current?.querySelector<HTMLInputElement | HTMLTextAreaElement>(gap)
    box?.focus()
    // An answer is written above what it quotes.
    box?.setSelectionRange(0, 0)
  }, [compose])
  return pane
}

/** Shows the mail that is being written, says who is left out or refused, and sends. */
export function ComposePane() {
  const { compose, navigation, notices } = useStores()
  const { text } = useSlice(compose)
  const { t } = useWords()
  const pane = useFirstGap()
  const refusedId = useId()
  const send = async () => {
    if (!(await compose.send())) return
    notices.say({ about: 'sent' })
    navigation.back()
  }
  return (
    <>
      <Head onSend={() => void send()} refusedId={refusedId} />
      <div className="page-scroll flex flex-col" ref={pane}>
        {recipientFields.map((field) => (
          <RecipientField key={field} field={field} />
        ))}
        <Subject />
        <Warnings id={refusedId} />
        <textarea
          className="compose-body"
          aria-label={t('compose.body')}
          placeholder={t('compose.bodyPlaceholder')}
          value={text}
          maxLength={maxTextLength}
          onChange={(event) => compose.setText(event.target.value)}
          onBlur={() => void compose.save()}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send()
          }}
        />
      </div>
    </>
  )
}
