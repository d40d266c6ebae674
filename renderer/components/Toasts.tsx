/** Notices that come, can be dismissed, and go by themselves. */
import { addressIdentity, cleanName } from '../../shared/address.ts'
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
  if (notice.about === 'admitted') return t('notice.admitted', { count: notice.count, name: cleanName(notice.name) })
  if (notice.about === 'linked' || notice.about === 'declined')
    return t(`notice.${notice.about}`, { name: notice.name })
  if (notice.about === 'deleted') return t('notice.deleted', { count: notice.count })
  if (notice.about === 'dismissed') return t('notice.dismissed', { count: notice.count })
  return t(`notice.${notice.about}`)
}

type Offer = { readonly words: string; readonly label: string; readonly act: () => void }

/** What can be done about a notice, beside reading it. */
function useOffer(notice: Notice): Offer | undefined {
  const { conversation, held, navigation } = useStores()
  const { t } = useWords()
  if (notice.about === 'admitted' || notice.about === 'linked') {
    const id = notice.about === 'admitted' ? notice.conversation : addressIdentity(notice.address)
    const act = () => {
      void conversation.open(id)
      navigation.show('chats')
    }
    // The name as well: the page has other buttons that are called so.
    return { words: t('notice.message'), label: t('notice.messageName', { name: cleanName(notice.name) }), act }
  }
  const undo = { words: t('notice.undo'), label: t('notice.undo') }
  if (notice.about === 'discarded') return { ...undo, act: notice.undo }
  if (notice.about === 'dismissed') return { ...undo, act: () => void held.restore(notice.choice) }
  return undefined
}

function OfferButton({ notice, offer }: { readonly notice: Notice; readonly offer: Offer }) {
  const { notices } = useStores()
  return (
    <button
      type="button"
      className="toast-button"
      aria-label={offer.label}
      onClick={() => {
        notices.dismiss(notice.id)
        offer.act()
      }}
    >
      {offer.words}
    </button>
  )
}

function Toast({ notice }: { readonly notice: Notice }) {
  const { notices } = useStores()
  const { t } = useWords()
  const words = useNoticeWords(notice)
  const offer = useOffer(notice)
  return (
    <div className="toast">
      <span className="flex-auto">{words}</span>
      {offer && <OfferButton notice={notice} offer={offer} />}
      <button
        type="button"
        className="ms-auto grid size-8 flex-none place-items-center rounded-full focus-visible:outline-current"
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
