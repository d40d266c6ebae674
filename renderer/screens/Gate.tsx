/** Which screen the session allows, from the start of the page on. */
import { assertNever } from '../../shared/rpc.ts'
import { useLasting, useSlice, useStores } from '../components/context.tsx'
import { FailureText } from '../components/FailureText.tsx'
import { Note } from '../components/Note.tsx'
import { useWords } from '../i18n/i18n.ts'
import { GateCard } from './GateCard.tsx'
import { MainWindow } from './main/MainWindow.tsx'
import { Pending } from './sign-in/Pending.tsx'
import { SignIn } from './sign-in/SignIn.tsx'
import { Unlock } from './sign-in/Unlock.tsx'

function Starting() {
  const { t } = useWords()
  const lasting = useLasting(true, 300)
  return (
    <main className="gate" aria-busy="true">
      {lasting && <p className="m-auto text-muted">{t('app.starting')}</p>}
    </main>
  )
}

/** The engine could not tell its state at all: says why, and lets the user try again. */
function StartFailure() {
  const { session } = useStores()
  const { failure } = useSlice(session)
  const { t } = useWords()
  return (
    <GateCard title={t('app.name')}>
      <div role="alert">
        <Note tone="danger">{failure && <FailureText failure={failure} />}</Note>
      </div>
      <button type="button" className="button button-primary" onClick={() => void session.load()}>
        {t('common.tryAgain')}
      </button>
    </GateCard>
  )
}

/** Which screen the session allows. */
export function Gate() {
  const { session, failure } = useSlice(useStores().session)
  if (!session) return failure ? <StartFailure /> : <Starting />
  switch (session.step) {
    case 'signedOut':
      return <SignIn session={session} />
    case 'pending':
      return <Pending session={session} />
    case 'locked':
      return <Unlock session={session} />
    case 'ready':
      return <MainWindow session={session} />
    default:
      return assertNever(session)
  }
}
