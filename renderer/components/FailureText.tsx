/** Failures in words: a sentence, and the facts that some kinds bring along. */
import { Fragment } from 'react'
import { isRequestReason } from '../../shared/requests.ts'
import type { Failure } from '../../shared/rpc.ts'
import { formatCountdown } from '../i18n/format.ts'
import { type Translate, useWords } from '../i18n/i18n.ts'
import { useNow } from './context.tsx'
import { refusalWords } from './words.ts'

/** One sentence for a failure, where there is no room for more. */
export function failureWords(t: Translate, failure: Failure): string {
  // A contact request is refused for reasons that have words of their own.
  const reason = failure.detail?.reason ?? ''
  if (isRequestReason(reason)) return t(`requestReason.${reason}`)
  // There is a keychain: unlocking it is the first thing to try.
  if (failure.kind === 'passphraseNeeded' && reason === 'keychainLocked') return t('failure.keychainLocked')
  return t(`failure.${failure.kind}`)
}

// Looked at four times a second, so that no second is skipped.
function Countdown({ until }: { readonly until: number }) {
  const { t } = useWords()
  const left = until - useNow(250)
  if (left <= 0) return <p>{t('failure.tooManyAttemptsNow')}</p>
  return (
    <p>
      {t('failure.tooManyAttemptsIn')}{' '}
      <span role="timer" className="font-semibold tabular-nums">
        {formatCountdown(left)}
      </span>
    </p>
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
  if (failure.kind === 'tooManyAttempts' && retryAt !== undefined) return <Countdown until={retryAt} />
  return (
    <>
      <p>{failureWords(t, failure)}</p>
      {failure.kind === 'certificateUntrusted' && <Certificate failure={failure} />}
      {failure.detail?.refusals !== undefined && (
        <ul className="grid gap-1 text-sm">
          {failure.detail.refusals.map((refusal) => (
            <li key={`${refusal.address} ${refusal.rule}`}>{refusalWords(t, refusal)}</li>
          ))}
        </ul>
      )}
    </>
  )
}
