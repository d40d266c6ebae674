/** Where a form says what went wrong; always there, so that screen readers hear what comes in. */
import type { Failure } from '../../../shared/rpc.ts'
import { FailureText } from '../FailureText.tsx'
import { Note } from '../Note.tsx'

type FormFailureProps = {
  readonly failure: Failure | undefined
  readonly retryAt?: number | undefined
  readonly tone?: 'warn' | 'danger'
}

/** Empty, and without room, as long as nothing went wrong. */
export function FormFailure({ failure, retryAt, tone = 'danger' }: FormFailureProps) {
  return (
    <div role="alert" className="empty:absolute">
      {failure && (
        <Note tone={tone}>
          <FailureText failure={failure} retryAt={retryAt} />
        </Note>
      )}
    </div>
  )
}
