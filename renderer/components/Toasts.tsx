/** Notices that come, can be dismissed, and go by themselves. */
import { useWords } from '../i18n/i18n.ts'
import type { Notice } from '../store/notices.ts'
import { changeWords } from './change-words.ts'
import { useSlice, useStores } from './context.tsx'
import { failureWords } from './FailureText.tsx'
import { Icon } from './Icons.tsx'

/** The words of a notice, made when it is drawn: so they change with the language. */
function useNoticeWords(notice: Notice): string {
  const { t } = useWords()
  if (notice.about === 'failure') return failureWords(t, notice.failure)
  if (notice.about === 'refreshed') return changeWords(t, notice.change)
  return t(`notice.${notice.about}`)
}

function Toast({ notice }: { readonly notice: Notice }) {
  const { notices } = useStores()
  const { t } = useWords()
  const words = useNoticeWords(notice)
  return (
    <div className="toast">
      <span>{words}</span>
      {notice.about === 'discarded' && (
        <button
          type="button"
          className="toast-button"
          onClick={() => {
            notices.dismiss(notice.id)
            notice.undo()
          }}
        >
          {t('notice.undo')}
        </button>
      )}
      <button
        type="button"
        className="grid size-8 flex-none place-items-center rounded-full focus-visible:outline-current"
        aria-label={t('notice.dismiss')}
        onClick={() => notices.dismiss(notice.id)}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  )
}

/** Short news of things that happened elsewhere; always there, so that screen readers hear what comes in. */
export function Toasts() {
  const { notices, arrival } = useSlice(useStores().notices)
  const { t } = useWords()
  return (
    <section className="toasts" aria-label={t('notice.label')} aria-live="polite">
      {arrival && (
        <p key={arrival.id} className="sr-only">
          {t(arrival.what === 'request' ? 'notice.requestArrived' : 'notice.arrived', { name: arrival.name })}
        </p>
      )}
      {notices.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </section>
  )
}
