/** Forms for what proves who somebody is: a password, a code, a new authenticator. */
import { type FormEvent, type ReactNode, useState } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { FormFailure } from '../../components/form/FormFailure.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { QrCode } from './QrCode.tsx'

type SecretFormProps = {
  readonly label: string
  readonly type: 'text' | 'password'
  readonly submit: string
  readonly onSubmit: (secret: string) => Promise<boolean>
  readonly children?: ReactNode
}

/** One secret to be typed; it is gone from the page once it was sent. */
export function SecretForm({ label, type, submit, onSubmit, children }: SecretFormProps) {
  const { busy, failure, retryAt } = useSlice(useStores().administration.opening)
  const [secret, setSecret] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    // Before the answer: a wrong one is typed again, and a right one must not lie in the page's memory.
    setSecret('')
    void onSubmit(secret)
  }
  return (
    <form className="grid gap-4" onSubmit={send}>
      {children}
      <TextField
        label={label}
        type={type}
        value={secret}
        onChange={setSecret}
        autoComplete={type === 'password' ? 'current-password' : 'one-time-code'}
        focusFirst
      />
      <FormFailure failure={failure} retryAt={retryAt} />
      <button type="submit" className="button button-primary justify-self-end" disabled={busy}>
        {submit}
      </button>
    </form>
  )
}

type CodeFormProps = { readonly confirming: boolean; readonly onDone?: () => void }

/** A code of the authenticator, or a recovery code where none is being set up. */
export function CodeForm({ confirming, onDone }: CodeFormProps) {
  const { opening } = useStores().administration
  const { t } = useWords()
  const send = async (code: string) => {
    const done = await (confirming ? opening.confirm(code) : opening.open({ code }))
    if (done) onDone?.()
    return done
  }
  return (
    <SecretForm label={t('admin.code')} type="text" submit={t('admin.open')} onSubmit={send}>
      <p>{t(confirming ? 'admin.confirmHint' : 'admin.codeHint')}</p>
    </SecretForm>
  )
}

/** The secret of a new authenticator, as a picture and as text. */
export function Scan({ secret, uri }: { readonly secret: string; readonly uri: string }) {
  const { t } = useWords()
  return (
    <div className="grid gap-3">
      <p>{t('admin.scan')}</p>
      <QrCode text={uri} label={t('admin.qr')} />
      <p className="text-sm text-muted">{t('admin.secretHint')}</p>
      <p className="font-mono text-sm wrap-anywhere" data-testid="secret">
        {secret.match(/.{1,4}/g)?.join(' ')}
      </p>
    </div>
  )
}
