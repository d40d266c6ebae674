/** The sign-in form. */
import { type FormEvent, useState } from 'react'
import type { FailureKind } from '../../../shared/rpc.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FormFailure } from '../../components/form/FormFailure.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { SignInForm } from '../../store/session.ts'
import { GateCard } from '../GateCard.tsx'
import type { SignedOut } from '../session.ts'
import { DemoAccounts } from './DemoAccounts.tsx'

/** Shortest passphrase that the contract takes. */
const shortestPassphrase = 8

type FieldsProps = {
  readonly form: Required<SignInForm>
  readonly change: (change: Partial<SignInForm>) => void
  readonly passphrase: boolean
  readonly wrong: boolean
}

function Fields({ form, change, passphrase, wrong }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextField
        label={t('signIn.server')}
        hint={t('signIn.serverHint')}
        value={form.server}
        onChange={(server) => change({ server })}
        autoComplete="url"
        focusFirst={form.server === ''}
      />
      <TextField
        label={t('signIn.user')}
        value={form.user}
        onChange={(user) => change({ user })}
        autoComplete="username"
        focusFirst={form.server !== '' && form.user === ''}
        invalid={wrong}
      />
      <TextField
        label={t('signIn.password')}
        type="password"
        value={form.password}
        onChange={(password) => change({ password })}
        autoComplete="current-password"
        focusFirst={form.server !== '' && form.user !== '' && !passphrase}
        invalid={wrong}
      />
      {passphrase && (
        <TextField
          label={t('signIn.passphrase')}
          type="password"
          hint={t('signIn.passphraseHint')}
          value={form.passphrase}
          onChange={(text) => change({ passphrase: text })}
          autoComplete="new-password"
          minLength={shortestPassphrase}
          focusFirst
        />
      )}
    </>
  )
}

/** Failures that a passphrase is a way out of. */
const wantsPassphrase: ReadonlySet<FailureKind> = new Set(['passphraseNeeded', 'keychainUnavailable'])

/** What went wrong on this try; before the first one, why the last account's store is not open. */
function FailureRegion({ cause }: { readonly cause: FailureKind | undefined }) {
  const { failure: last, retryAt } = useSlice(useStores().session)
  const failure = last ?? (cause && { kind: cause })
  return (
    <FormFailure failure={failure} retryAt={retryAt} tone={failure?.kind === 'passphraseNeeded' ? 'warn' : 'danger'} />
  )
}

/** Asks for server, user and password, and for a passphrase where there is no keychain. */
export function SignIn({ session }: { readonly session: SignedOut }) {
  const stores = useStores()
  const { busy, failure } = useSlice(stores.session)
  const { t } = useWords()
  const [form, setForm] = useState({ server: session.server, user: session.user, password: '', passphrase: '' })
  const [asked, setAsked] = useState(false)
  // Asked for only once the engine has said that no keychain keeps the keys: most people never see the field.
  const passphrase = asked || (failure !== undefined && wantsPassphrase.has(failure.kind))
  const change = (part: Partial<SignInForm>) => setForm((before) => ({ ...before, ...part }))
  const send = (whole: typeof form) => {
    // The next try clears the failure that showed the field; what is typed there must not vanish with it.
    setAsked(passphrase)
    const { passphrase: text, ...plain } = whole
    void stores.session.signIn(passphrase && text !== '' ? whole : plain)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    send(form)
  }
  const { demo } = session
  return (
    <GateCard title={t('signIn.title')} lead={t('app.claim')}>
      <form className="grid gap-4" onSubmit={submit}>
        <Fields form={form} change={change} passphrase={passphrase} wrong={failure?.kind === 'authFailed'} />
        <FailureRegion cause={session.cause} />
        <button type="submit" className="button button-primary min-h-11" disabled={busy === 'signingIn'}>
          {busy === 'signingIn' ? t('signIn.busy') : t('signIn.submit')}
        </button>
      </form>
      {demo && (
        <DemoAccounts
          demo={demo}
          onChoose={({ user, password }) => {
            const filled = { ...form, server: demo.server, user, password }
            setForm(filled)
            send(filled)
          }}
        />
      )}
    </GateCard>
  )
}
