/** What must be typed before the administration opens. */
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { CodeForm, Scan, SecretForm } from './SecretForm.tsx'

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
