/** The dialog that asks for a contact. */
import { type FormEvent, useId } from 'react'
import { maxNoteLength } from '../../../shared/requests.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { RequestDraft } from '../../store/requests.ts'

function NoteField({ value }: { readonly value: string }) {
  const { requests } = useStores()
  const { t } = useWords()
  const id = useId()
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {t('requests.note')}
      </label>
      <textarea
        id={id}
        className="input"
        rows={3}
        value={value}
        maxLength={maxNoteLength}
        onChange={(event) => requests.write({ note: event.target.value })}
      />
    </div>
  )
}

function Form({ draft }: { readonly draft: RequestDraft }) {
  const { requests, notices } = useStores()
  const { t } = useWords()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (await requests.submit()) notices.say({ about: 'requested' })
  }
  return (
    <form className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('requests.to')}
        hint={t('requests.toHint')}
        value={draft.to}
        onChange={(to) => requests.write({ to })}
        focusFirst
      />
      <NoteField value={draft.note} />
      <div role="alert">
        {draft.failure && (
          <Note tone="danger">
            <FailureText failure={draft.failure} />
          </Note>
        )}
      </div>
      <button type="submit" className="button button-primary justify-self-end" disabled={draft.busy}>
        {t('requests.send')}
      </button>
    </form>
  )
}

/** Asks for a contact. It opens from Contacts, and wherever an address was refused because it is not listed. */
export function RequestDialog() {
  const { requests } = useStores()
  const { draft } = useSlice(requests)
  const { t } = useWords()
  return (
    <Modal open={draft !== undefined} onClose={requests.close} title={t('requests.request')}>
      {draft && <Form draft={draft} />}
    </Modal>
  )
}
