/** The form that opens a locked store. */
import { type FormEvent, useState } from 'react'
import type { Session } from '../../../shared/session.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FormFailure } from '../../components/form/FormFailure.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { GateCard } from '../GateCard.tsx'

/** A demo account was chosen with one press, and so it is unlocked. */
function DemoUnlock({ name, password }: NonNullable<Extract<Session, { readonly step: 'locked' }>['demo']>) {
  const stores = useStores()
  const { t } = useWords()
  return (
    <button type="button" className="button" onClick={() => void stores.session.unlock(password)}>
      {t('unlock.demo', { name })}
    </button>
  )
}

/** Says why the store is locked, and asks for the passphrase or the password. */
export function Unlock({ session }: { readonly session: Extract<Session, { readonly step: 'locked' }> }) {
  const stores = useStores()
  const { busy, failure, retryAt } = useSlice(stores.session)
  const { t } = useWords()
  const [secret, setSecret] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // A right secret goes with this screen; emptying the field before would show it empty for a moment.
    if (!(await stores.session.unlock(secret))) setSecret('')
  }
  return (
    <GateCard title={t('unlock.title')} lead={session.user}>
      <p>{t(`unlock.${session.reason}`)}</p>
      <form className="grid gap-4" onSubmit={(event) => void submit(event)}>
        <TextField
          label={t(`unlock.${session.secret}`)}
          hint={session.demo ? t('unlock.demoHint', session.demo) : t(`unlockHint.${session.secret}`)}
          type="password"
          value={secret}
          onChange={setSecret}
          autoComplete="current-password"
          focusFirst
          invalid={failure !== undefined}
        />
        <FormFailure failure={failure} retryAt={retryAt} />
        <button type="submit" className="button button-primary min-h-11" disabled={busy === 'unlocking'}>
          {t('unlock.submit')}
        </button>
      </form>
      {session.demo && <DemoUnlock {...session.demo} />}
      <button type="button" className="button button-quiet" onClick={() => void stores.session.signOut()}>
        {t('unlock.signOut')}
      </button>
    </GateCard>
  )
}
