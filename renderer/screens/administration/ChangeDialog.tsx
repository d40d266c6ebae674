import { type FormEvent, useState } from 'react'
import type { Outcome } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { Faults } from './Faults.tsx'

type Lists = Extract<Outcome, { readonly state: 'tried' | 'done' }>

function Difference({ outcome }: { readonly outcome: Lists }) {
  const { t } = useWords()
  const { lists, added, changed, removed, users } = outcome
  if (lists === 0) return <p>{t('change.noLists')}</p>
  return (
    <div className="grid gap-1">
      <p>
        {t('change.lists', { count: lists })} <strong>{t('contacts.changed', { added, changed, removed })}</strong>
      </p>
      <ul className="grid gap-0.5 text-sm text-muted">
        {users.slice(0, 8).map((one) => (
          <li key={one.user}>
            {t('common.and', {
              first: one.user,
              second: t('contacts.changed', { added: one.added, changed: one.changed, removed: one.removed }),
            })}
          </li>
        ))}
      </ul>
      {lists > 8 && <p className="text-sm text-muted">{t('change.more', { count: lists - 8 })}</p>}
    </div>
  )
}

function Told({ outcome }: { readonly outcome: Outcome }) {
  const { t, language } = useWords()
  if (outcome.state === 'pending') {
    return <Note tone="warn">{t(outcome.needs === 'approval' ? 'change.needsApproval' : 'change.needsSignature')}</Note>
  }
  if (outcome.state === 'refused') {
    return (
      <Note tone="danger">
        <p className="font-semibold">{t(outcome.faults.length === 0 ? 'change.declined' : 'change.refused')}</p>
        <Faults faults={outcome.faults} />
      </Note>
    )
  }
  if (outcome.state === 'manifest') {
    const { version, expires } = outcome
    return <Note icon="check">{t('keys.moved', { version, at: formatDate(language, expires) })}</Note>
  }
  return (
    <>
      {outcome.state === 'done' && <Note icon="check">{t('change.done')}</Note>}
      <Difference outcome={outcome} />
    </>
  )
}

/** Somebody was added, who cannot sign in yet. */
function GiveAccess() {
  const { changing, access } = useStores().administration
  const { wish, outcome } = useSlice(changing)
  const { t } = useWords()
  const [added] = wish && 'changes' in wish ? wish.changes : []
  if (outcome?.state !== 'done' || added?.op !== 'user.add') return null
  const { user, name = user } = added
  const give = () => {
    changing.close()
    access.begin({ user, title: t('access.title', { name }), give: ['password', 'enrolment'] })
  }
  return (
    <>
      <p>{t('access.needed', { name })}</p>
      <button type="button" className="button button-primary justify-self-end" onClick={give}>
        {t('access.give')}
      </button>
    </>
  )
}

function Confirm({ warning }: { readonly warning: string | undefined }) {
  const { changing, organisation } = useStores().administration
  const { step, wish, tried } = useSlice(changing)
  const { t } = useWords()
  const { overview } = useSlice(organisation)
  const [why, setWhy] = useState('')
  const isReasonNeeded = tried?.state === 'tried' ? tried.reason : overview?.policy.reason === 'required'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void changing.carryOut(why)
  }
  if (step === 'trying') return <output>{t('change.trying')}</output>
  if (tried?.state === 'refused') return <Told outcome={tried} />
  const label = wish && 'approve' in wish ? (wish.approve ? 'change.approve' : 'change.decline') : 'change.do'
  return (
    <form className="grid gap-4" onSubmit={submit}>
      {warning !== undefined && <Note tone="danger">{warning}</Note>}
      {tried && <Told outcome={tried} />}
      {wish && !('approve' in wish) && (
        <TextField
          label={t('change.why')}
          hint={t(isReasonNeeded ? 'change.whyNeeded' : 'change.whyHint')}
          value={why}
          onChange={setWhy}
          optional={!isReasonNeeded}
          focusFirst
        />
      )}
      <div className="flex justify-end gap-2">
        <button type="button" className="button" onClick={changing.close}>
          {t('change.cancel')}
        </button>
        <button
          type="submit"
          className={`button ${warning === undefined ? 'button-primary' : 'button-danger'}`}
          disabled={step === 'doing'}
        >
          {t(step === 'doing' ? 'change.doing' : label)}
        </button>
      </div>
    </form>
  )
}

/** What would happen, why it is to happen, and what became of it. */
export function ChangeDialog() {
  const { changing } = useStores().administration
  const { wish, step, outcome, failure } = useSlice(changing)
  const { t } = useWords()
  if (!wish) return null
  return (
    <Modal open onClose={changing.close} title={wish.title}>
      {step === 'over' ? (
        <div className="grid gap-4" aria-live="polite">
          {outcome && <Told outcome={outcome} />}
          <GiveAccess />
          {failure && (
            <Note tone="danger">
              <FailureText failure={failure} />
            </Note>
          )}
          <button type="button" className="button button-primary justify-self-end" onClick={changing.close}>
            {t('common.close')}
          </button>
        </div>
      ) : (
        <Confirm warning={wish.warning} />
      )}
    </Modal>
  )
}
