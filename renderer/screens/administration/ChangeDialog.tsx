/** The dialog that shows a change before and after it is carried out. */
import type { Outcome } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Modal } from '../../components/Modal.tsx'
import { Note } from '../../components/Note.tsx'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { Faults } from './Faults.tsx'
import { ReasonForm } from './ReasonForm.tsx'

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

/** Offers a first password or an enrolment code for the user who was just added. */
function GiveAccess() {
  const { changing, access } = useStores().administration
  const { wish, outcome } = useSlice(changing)
  const { t } = useWords()
  // The dialog for new users makes exactly one change.
  const [added] = wish && 'changes' in wish ? wish.changes : []
  if (outcome?.state !== 'done' || added?.op !== 'user.add') return null
  const { user } = added
  const name = added.name || user
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
  const { overview } = useSlice(organisation)
  const { t } = useWords()
  if (step === 'trying') return <output>{t('change.trying')}</output>
  if (tried?.state === 'refused') return <Told outcome={tried} />
  // A decision about a proposal has no reason of its own: the proposal has one already.
  const isDecision = wish !== undefined && 'approve' in wish
  const label = isDecision ? (wish.approve ? 'change.approve' : 'change.decline') : 'change.do'
  const isNeeded = tried?.state === 'tried' ? tried.reason : overview?.policy.reason === 'required'
  return (
    <ReasonForm
      reason={isDecision ? 'none' : isNeeded ? 'required' : 'optional'}
      doing={step === 'doing'}
      submit={t(label)}
      dangerous={warning !== undefined}
      onSubmit={(why) => void changing.carryOut(why)}
      onCancel={changing.close}
    >
      {warning !== undefined && <Note tone="danger">{warning}</Note>}
      {tried && <Told outcome={tried} />}
    </ReasonForm>
  )
}

/** Shows what a change would do, asks for the reason, and then shows what it did. */
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
