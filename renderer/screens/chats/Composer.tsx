/** The box in which a line of a conversation is written. */
import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import type { Conversation } from '../../../shared/contract.ts'
import { maxTextLength } from '../../../shared/message.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { UnprovenNote } from '../../components/UnprovenNote.tsx'
import { closedWords } from '../../components/words.ts'
import { useWords } from '../../i18n/i18n.ts'

/** `keyCode` of a key that an input method swallowed; Safari reports it after the composition's end. */
const composingKey = 229

/** Enter sends; but Enter that accepts a candidate of an input method does not. */
function isSendKey({ key, shiftKey, nativeEvent }: KeyboardEvent): boolean {
  return key === 'Enter' && !shiftKey && !nativeEvent.isComposing && nativeEvent.keyCode !== composingKey
}

function SendFailure() {
  const { sendFailure } = useSlice(useStores().conversation)
  const { t } = useWords()
  return (
    <div role="alert" className="empty:absolute">
      {sendFailure && (
        <Note tone="danger">
          <p className="font-medium">{t('talk.failedToSend')}</p>
          <FailureText failure={sendFailure} />
        </Note>
      )}
    </div>
  )
}

type ComposerProps = { readonly conversation: Conversation; readonly sendingOff: boolean }

/** A box that grows with its text; Enter sends, Shift and Enter begins a line. Closed, it says why. */
export function Composer({ conversation, sendingOff }: ComposerProps) {
  const slice = useStores().conversation
  const { draft, sending } = useSlice(slice)
  const { t } = useWords()
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const closed = closedWords(t, conversation, sendingOff)
  useEffect(() => {
    box.current?.focus()
  }, [])
  const send = () => {
    void slice.send()
    box.current?.focus()
  }
  return (
    <div className="composer grid grid-cols-1 gap-2">
      <SendFailure />
      {closed !== undefined && (
        <Note tone="warn" icon="lock" id={id}>
          <p role="alert">{closed}</p>
        </Note>
      )}
      {closed === undefined && <UnprovenNote recipients={[conversation.address]} />}
      <div className="flex items-end gap-2">
        <textarea
          ref={box}
          className="input composer-text"
          rows={1}
          aria-label={t('talk.message')}
          aria-describedby={closed === undefined ? undefined : id}
          placeholder={
            closed === undefined ? t('talk.placeholder', { name: conversation.name || conversation.address }) : ''
          }
          value={draft}
          maxLength={maxTextLength}
          disabled={closed !== undefined}
          onChange={(event) => slice.setDraft(event.target.value)}
          onBlur={() => void slice.saveDraft()}
          onKeyDown={(event) => {
            if (!isSendKey(event)) return
            event.preventDefault()
            send()
          }}
        />
        <button
          type="button"
          className="button button-primary min-h-10 flex-none whitespace-nowrap"
          disabled={closed !== undefined || sending || draft.trim() === ''}
          onClick={send}
        >
          <span>{t('talk.send')}</span>
        </button>
      </div>
    </div>
  )
}
