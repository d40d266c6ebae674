/** Signing in again without leaving the window. */
import { type FormEvent, useState } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { FormFailure } from '../../components/form/FormFailure.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Modal } from '../../components/Modal.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { Ready } from '../session.ts'

type PasswordDialogProps = {
  readonly session: Ready
  /** Whose password: the account's, or that of the mail servers, where it is another. */
  readonly of: 'account' | 'mail'
  readonly open: boolean
  readonly onClose: () => void
}

/** A server asks for the password again; the window stays open meanwhile. */
export function PasswordDialog({ session, of, open, onClose }: PasswordDialogProps) {
  const stores = useStores()
  const { busy, failure, retryAt } = useSlice(stores.session)
  const { t } = useWords()
  const [password, setPassword] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const { server, user } = session
    const { signIn, mailPassword } = stores.session
    const done = await (of === 'mail' ? mailPassword(password) : signIn({ server, user, password }))
    // Whatever the answer was: a wrong password is typed again, a right one must not stay in the page.
    setPassword('')
    if (done) onClose()
  }
  return (
    <Modal open={open} onClose={onClose} title={t(of === 'mail' ? 'again.mailTitle' : 'again.title')}>
      <form className="grid gap-4" onSubmit={(event) => void submit(event)}>
        <p>{of === 'mail' ? t('again.mailExplain') : t('again.explain', { user: session.user })}</p>
        <TextField
          label={t(of === 'mail' ? 'again.mailPassword' : 'signIn.password')}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          focusFirst
        />
        <FormFailure failure={failure} retryAt={retryAt} />
        <button type="submit" className="button button-primary justify-self-end" disabled={busy === 'signingIn'}>
          {t(of === 'mail' ? 'again.keep' : 'signIn.submit')}
        </button>
      </form>
    </Modal>
  )
}
