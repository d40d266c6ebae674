/** Failures in words: a sentence, and the facts that some kinds bring along. */
import { Fragment } from 'react'
import { unknownDevice } from '../../shared/failures.ts'
import { isRequestReason } from '../../shared/requests.ts'
import type { Failure, FailureKind } from '../../shared/rpc.ts'
import { formatCountdown } from '../i18n/format.ts'
import { type Translate, useWords } from '../i18n/i18n.ts'
import { useNow } from './context.tsx'
import { RuleNote } from './RuleNote.tsx'
import { refusalWords } from './words.ts'

/** One sentence for a failure, where there is no room for more. */
export function failureWords(t: Translate, failure: Failure): string {
  // A contact request is refused for reasons that have words of their own.
  const reason = failure.detail?.reason ?? ''
  if (reason === unknownDevice) return `${t('wait.unknownDevice')} ${t('wait.code')}`
  // There is a keychain: unlocking it is the first thing to try.
  if (failure.kind === 'passphraseNeeded' && reason === 'keychainLocked') return t('failure.keychainLocked')
  return isRequestReason(reason) ? t(`requestReason.${reason}`) : t(`failure.${failure.kind}`)
}

/** Failures that pass by themselves, each with words that go before the time. */
const waits: ReadonlyMap<FailureKind, WaitKey> = new Map<FailureKind, WaitKey>([
  ['tooManyAttempts', 'wait.tooManyAttempts'],
  ['busy', 'wait.busy'],
  ['rateLimited', 'wait.rateLimited'],
  ['passwordsUnchecked', 'wait.passwordsUnchecked'],
])
type WaitKey = 'wait.tooManyAttempts' | 'wait.busy' | 'wait.rateLimited' | 'wait.passwordsUnchecked'

/** `isStranger`: an enrolment code would be the way past. */
type CountdownProps = { readonly words: string; readonly until: number; readonly isStranger: boolean }

// Looked at four times a second, so that no second is skipped.
function Countdown({ words, until, isStranger }: CountdownProps) {
  const { t } = useWords()
  const left = until - useNow(250)
  return (
    <>
      <p>
        {words} {left > 0 ? t('wait.in') : t('wait.now')}
        {left > 0 && ' '}
        {left > 0 && (
          <span role="timer" className="font-semibold tabular-nums">
            {formatCountdown(left)}
          </span>
        )}
      </p>
      {isStranger && left > 0 && <p>{t('wait.code')}</p>}
    </>
  )
}

/** Broken after every eighth byte, so that its lines can be read aloud and compared. */
function Fingerprint({ text }: { readonly text: string }) {
  const lines = text.match(/(?:[^:]+:?){1,8}/g) ?? [text]
  return lines.map((line) => (
    <Fragment key={line}>
      {line}
      <wbr />
    </Fragment>
  ))
}

function Certificate({ failure }: { readonly failure: Failure }) {
  const { t } = useWords()
  const { issuer, fingerprint } = failure.detail ?? {}
  return (
    <dl className="grid gap-1 text-sm">
      {issuer !== undefined && (
        <>
          <dt className="font-semibold">{t('signIn.issuer')}</dt>
          <dd>{issuer}</dd>
        </>
      )}
      {fingerprint !== undefined && (
        <>
          <dt className="font-semibold">{t('signIn.fingerprint')}</dt>
          <dd className="font-mono text-xs">
            <Fingerprint text={fingerprint} />
          </dd>
        </>
      )}
    </dl>
  )
}

type FailureTextProps = { readonly failure: Failure; readonly retryAt?: number | undefined }

/** A failure in plain words: what happened, what is still safe, what to do. */
export function FailureText({ failure, retryAt }: FailureTextProps) {
  const { t } = useWords()
  const wait = waits.get(failure.kind)
  if (retryAt !== undefined && wait !== undefined) {
    const isStranger = failure.detail?.reason === unknownDevice
    return <Countdown words={t(isStranger ? 'wait.unknownDevice' : wait)} until={retryAt} isStranger={isStranger} />
  }
  return (
    <>
      <p>{failureWords(t, failure)}</p>
      {failure.kind === 'certificateUntrusted' && <Certificate failure={failure} />}
      {failure.detail?.refusals !== undefined && (
        <ul className="grid gap-1 text-sm">
          {failure.detail.refusals.map((refusal) => (
            <li key={`${refusal.address} ${refusal.rule}`}>
              {refusalWords(t, refusal)} <RuleNote rule={refusal.rule} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
