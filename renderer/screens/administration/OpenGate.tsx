/** What must be typed before the administration opens. */
import { type FormEvent, type ReactNode, useState } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Note } from '../../components/Note.tsx'
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
function SecretForm({ label, type, submit, onSubmit, children }: SecretFormProps) {
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
      <div role="alert" className="empty:absolute">
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} retryAt={retryAt} />
          </Note>
        )}
      </div>
      <button type="submit" className="button button-primary justify-self-end" disabled={busy}>
        {submit}
      </button>
    </form>
  )
}

function CodeForm({ confirming }: { readonly confirming: boolean }) {
  const { opening } = useStores().administration
  const { t } = useWords()
  return (
    <SecretForm
      label={t('admin.code')}
      type="text"
      submit={t('admin.open')}
      onSubmit={(code) => (confirming ? opening.confirm(code) : opening.open({ code }))}
    >
      <p>{t(confirming ? 'admin.confirmHint' : 'admin.codeHint')}</p>
    </SecretForm>
  )
}

function Scan({ secret, uri }: { readonly secret: string; readonly uri: string }) {
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

/** A demo account was chosen with one press, and so its administration opens. */
function DemoOpen() {
  const { administration, session } = useStores()
  const { session: signedIn } = useSlice(session)
  const { t } = useWords()
  const demo = signedIn?.step === 'ready' ? signedIn.demo : undefined
  if (!demo) return null
  const open = () => void administration.opening.open({ password: demo.password })
  return (
    <button type="button" className="button" onClick={open}>
      {t('admin.demoOpen', { name: demo.name })}
    </button>
  )
}

function Step() {
  const { opening } = useStores().administration
  const { state, setUp, failure } = useSlice(opening)
  const { t } = useWords()
  if (setUp) {
    return (
      <>
        <Scan {...setUp} />
        <CodeForm confirming />
      </>
    )
  }
  if (!state) {
    return failure ? (
      <Note tone="danger">
        <FailureText failure={failure} />
      </Note>
    ) : null
  }
  // Somebody with an authenticator is asked for its code, whoever has none for the password.
  if (state.step === 'code') return <CodeForm confirming={false} />
  const isSetUp = state.step === 'setUp'
  return (
    <SecretForm
      key={state.step}
      label={t('signIn.password')}
      type="password"
      submit={t(isSetUp ? 'admin.next' : 'admin.open')}
      onSubmit={(password) => (isSetUp ? opening.setUp(password) : opening.open({ password }))}
    >
      <p>{t(isSetUp ? 'admin.setUpHint' : 'admin.passwordHint')}</p>
      {!isSetUp && <DemoOpen />}
    </SecretForm>
  )
}

/** The way into the administration: an authenticator, or the password again. */
export function OpenGate() {
  const { t } = useWords()
  const { state } = useSlice(useStores().administration.opening)
  return (
    <section className="page-scroll" aria-label={t('admin.gate')}>
      <div className="measure grid max-w-120 gap-5">
        <h3 className="text-xl font-semibold">{t(state?.step === 'setUp' ? 'admin.setUpTitle' : 'admin.gate')}</h3>
        <Step />
      </div>
    </section>
  )
}
