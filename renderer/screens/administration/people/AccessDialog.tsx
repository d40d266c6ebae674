/** The dialog that makes and shows a first password or an enrolment code. */
import { useSlice, useStores } from '../../../components/context.tsx'
import { FailureText } from '../../../components/FailureText.tsx'
import { Modal } from '../../../components/Modal.tsx'
import { Note } from '../../../components/Note.tsx'
import { useWords } from '../../../i18n/i18n.ts'
import type { AccessWish } from '../../../store/administration/access.ts'
import { Faults } from '../Faults.tsx'
import { ReasonForm } from '../ReasonForm.tsx'
import { Secrets } from './Secrets.tsx'

function Ask({ wish }: { readonly wish: AccessWish }) {
  const { access, organisation } = useStores().administration
  const { step } = useSlice(access)
  const { overview } = useSlice(organisation)
  const { t } = useWords()
  return (
    <ReasonForm
      reason={overview?.policy.reason ?? 'optional'}
      doing={step === 'doing'}
      submit={t(`accessMake.${wish.give}`)}
      onSubmit={(why) => void access.give(why)}
      onCancel={access.close}
    >
      {wish.give === 'password' && <p>{t('access.passwordHint')}</p>}
      {wish.give === 'enrolment' && <p>{t('access.enrolmentHint')}</p>}
    </ReasonForm>
  )
}

/** What lets a user sign in: made by the server, shown once. */
export function AccessDialog() {
  const { access } = useStores().administration
  const { wish, step, outcome, failure } = useSlice(access)
  const { t } = useWords()
  // The secrets are in the store only while the dialog is open: closing it forgets them.
  if (!wish) return null
  return (
    <Modal open onClose={access.close} title={wish.title}>
      {step === 'over' ? (
        <div className="grid gap-4" aria-live="polite">
          {outcome?.state === 'given' && <Secrets given={outcome} />}
          {outcome?.state === 'refused' && (
            <Note tone="danger">
              <p className="font-semibold">{t('change.refused')}</p>
              <Faults faults={outcome.faults} />
            </Note>
          )}
          {failure && (
            <Note tone="danger">
              <FailureText failure={failure} />
            </Note>
          )}
          <button type="button" className="button button-primary justify-self-end" onClick={access.close}>
            {t('common.close')}
          </button>
        </div>
      ) : (
        <Ask wish={wish} />
      )}
    </Modal>
  )
}
