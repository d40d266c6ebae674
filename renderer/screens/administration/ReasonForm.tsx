/** The form that asks for a reason before something is done. */
import { type FormEvent, type ReactNode, useState } from 'react'
import { TextField } from '../../components/form/TextField.tsx'
import { useWords } from '../../i18n/i18n.ts'

type ReasonFormProps = {
  /** Whether a reason is asked for. */
  readonly reason: 'none' | 'optional' | 'required'
  readonly doing: boolean
  readonly submit: string
  readonly dangerous?: boolean
  readonly onSubmit: (why: string) => void
  readonly onCancel: () => void
  /** What the button beside says, where that is not to cancel. */
  readonly cancel?: string
  readonly children: ReactNode
}

/** Shows what is about to be done once more, and asks for the reason. */
export function ReasonForm(props: ReasonFormProps) {
  const { reason, doing, submit, dangerous = false, onSubmit, onCancel, cancel, children } = props
  const { t } = useWords()
  const [why, setWhy] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    onSubmit(why)
  }
  return (
    <form className="grid gap-4" onSubmit={send}>
      {children}
      {reason !== 'none' && (
        <TextField
          label={t('change.why')}
          hint={t(reason === 'required' ? 'change.whyNeeded' : 'change.whyHint')}
          value={why}
          onChange={setWhy}
          optional={reason === 'optional'}
          focusFirst
        />
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <button type="button" className="button" onClick={onCancel}>
          {cancel ?? t('change.cancel')}
        </button>
        <button type="submit" className={`button ${dangerous ? 'button-danger' : 'button-primary'}`} disabled={doing}>
          {doing ? t('change.doing') : submit}
        </button>
      </div>
    </form>
  )
}
