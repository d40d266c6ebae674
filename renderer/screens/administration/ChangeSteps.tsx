/** A change step by step: what it would do, the reason, and what it did. */
import type { AuditLine, Outcome, Tried } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Facts } from '../../components/Facts.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { formatDate, formatMoment } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import type { Wish } from '../../store/administration/changing.ts'
import { Faults } from './Faults.tsx'
import { useNaming } from './naming.ts'
import { Secrets } from './people/Secrets.tsx'
import { Difference, LinesOfChange } from './Preview.tsx'
import { deedWords, opWords } from './reason-words.ts'
import { ReasonForm } from './ReasonForm.tsx'

type ToldProps = { readonly outcome: Outcome; readonly named?: Tried | undefined }

function Told({ outcome, named }: ToldProps) {
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
      <Difference outcome={outcome} named={named} />
    </>
  )
}

/** What a line of the log did, before it is taken back. */
function WasDone({ line }: { readonly line: AuditLine }) {
  const { t, language } = useWords()
  const naming = useNaming()
  const { op, who, at, why } = line
  return (
    <section className="grid gap-2" aria-label={t('preview.wasDone')}>
      <h3 className="font-semibold">{t('preview.wasDone')}</h3>
      <p>{t('common.and', { first: opWords(t, op), second: naming.target(line) })}</p>
      <Facts
        close
        facts={[
          { term: t('admin.who'), text: naming.actor(who) },
          { term: t('admin.when'), text: formatMoment(language, at) },
          ...(why === '' ? [] : [{ term: t('change.why'), text: why }]),
        ]}
      />
    </section>
  )
}

/** The single changes, and then whose lists they reach. */
function Preview({ tried, wish }: { readonly tried: Tried; readonly wish: Wish }) {
  const { t } = useWords()
  const { changes = [] } = tried
  const count = 'changes' in wish ? wish.changes.length : 'count' in wish ? wish.count : changes.length
  return (
    <>
      {changes.length > 0 && (
        <section className="grid gap-2" aria-label={t('undo' in wish ? 'preview.undoing' : 'preview.changes')}>
          <h3 className="font-semibold">{t('undo' in wish ? 'preview.undoing' : 'preview.changes')}</h3>
          <LinesOfChange lines={changes} total={count} />
        </section>
      )}
      <Told outcome={tried} />
    </>
  )
}

/** What the button says that does it. */
function submitWords(t: Translate, wish: Wish): string {
  if ('undo' in wish) return t('preview.undo')
  if ('proposal' in wish) return t(wish.approve ? 'preview.approve' : 'preview.decline')
  if ('keyStep' in wish) return wish.deed
  return deedWords(t, wish.changes)
}

function Confirm({ wish }: { readonly wish: Wish }) {
  const { changing, organisation } = useStores().administration
  const { step, tried } = useSlice(changing)
  const { overview } = useSlice(organisation)
  const { t } = useWords()
  const { warning, inForm } = wish
  if (step === 'trying') return <output>{t('change.trying')}</output>
  if (tried?.state === 'refused') {
    return (
      <div className="grid gap-4">
        <Told outcome={tried} />
        {inForm === true && <BackButton />}
      </div>
    )
  }
  // A decision about a proposal has no reason of its own: the proposal has one already.
  const isDecision = 'approve' in wish
  const isNeeded = tried?.state === 'tried' ? tried.reason : overview?.policy.reason === 'required'
  return (
    <ReasonForm
      reason={isDecision ? 'none' : isNeeded ? 'required' : 'optional'}
      doing={step === 'doing'}
      submit={submitWords(t, wish)}
      dangerous={warning !== undefined}
      onSubmit={(why) => void changing.carryOut(why)}
      onCancel={changing.close}
      cancel={t(inForm === true ? 'preview.back' : 'change.cancel')}
    >
      {warning !== undefined && <Note tone="danger">{warning}</Note>}
      {'undo' in wish && <WasDone line={wish.line} />}
      {tried?.state === 'tried' ? <Preview tried={tried} wish={wish} /> : tried && <Told outcome={tried} />}
    </ReasonForm>
  )
}

/** Back to the form, where what was typed still stands. */
function BackButton() {
  const { changing } = useStores().administration
  const { t } = useWords()
  return (
    <button type="button" className="button justify-self-end" onClick={changing.close}>
      {t('preview.back')}
    </button>
  )
}

/** What lets the new user sign in, or why it was not made. */
function Given() {
  const { changing } = useStores().administration
  const { given, givingFailure } = useSlice(changing)
  const { t } = useWords()
  return (
    <>
      {given?.state === 'given' && <Secrets given={given} />}
      {given?.state === 'refused' && (
        <Note tone="danger">
          <p className="font-semibold">{t('access.notMade')}</p>
          <Faults faults={given.faults} />
        </Note>
      )}
      {givingFailure && (
        <Note tone="danger">
          <p className="font-semibold">{t('access.notMade')}</p>
          <FailureText failure={givingFailure} />
        </Note>
      )}
    </>
  )
}

/** Shows what a change would do, asks for the reason, and then shows what it did. `onEnd` closes the dialog. */
export function ChangeSteps({ onEnd }: { readonly onEnd?: () => void }) {
  const { changing } = useStores().administration
  const { wish, step, tried, outcome, failure } = useSlice(changing)
  const { t } = useWords()
  if (!wish) return null
  if (step !== 'over') return <Confirm wish={wish} />
  const isRefused = outcome?.state === 'refused' || failure !== undefined
  const isLater = 'give' in wish && (wish.give?.length ?? 0) > 0 && outcome?.state === 'pending'
  return (
    <div className="grid gap-4" aria-live="polite">
      {outcome && <Told outcome={outcome} named={tried?.state === 'tried' ? tried : undefined} />}
      <Given />
      {isLater && <p>{t('access.afterwards')}</p>}
      {failure && (
        <Note tone="danger">
          <FailureText failure={failure} />
        </Note>
      )}
      {wish.inForm === true && isRefused ? (
        <BackButton />
      ) : (
        <button type="button" className="button button-primary justify-self-end" onClick={onEnd ?? changing.close}>
          {t('common.close')}
        </button>
      )}
    </div>
  )
}
