/** The sections of the main window. */
import { useStore } from 'zustand'
import { useSlice, useStores } from '../../components/context.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { Icon } from '../../components/Icons.tsx'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { newKept } from '../../store/lists/held.ts'
import { type Screen, screens } from '../../store/navigation.ts'
import type { Ready } from '../session.ts'

/** Above this a count says no more than "many". */
const largestCount = 999

type Count = { readonly shown: string; readonly words: string }

function useCount(screen: Screen): Count | undefined {
  const stores = useStores()
  const { unread } = useSlice(stores.chats)
  const held = useSlice(stores.held)
  const kept = useStore(stores.held.keptList.rows)
  const { waiting } = useSlice(stores.requests)
  const { session } = useSlice(stores.session)
  const toDecide = session?.step === 'ready' ? (session.toDecide ?? 0) : 0
  const { t, language } = useWords()
  const count = {
    chats: unread,
    mail: 0,
    contacts: waiting,
    held: held.unseen + newKept(kept, held),
    administration: toDecide,
    settings: 0,
  }[screen]
  if (count === 0) return undefined
  const shown = count > largestCount ? `${formatNumber(language, largestCount)}+` : formatNumber(language, count)
  if (screen === 'contacts') return { shown, words: t('requests.waiting', { count }) }
  if (screen === 'administration') return { shown, words: t('nav.toDecide', { count }) }
  return { shown, words: screen === 'held' ? t('nav.heldCount', { count }) : t('nav.unread', { count }) }
}

function NavButton({ screen }: { readonly screen: Screen }) {
  const { navigation } = useStores()
  const current = useSlice(navigation).screen === screen
  const { t } = useWords()
  const count = useCount(screen)
  return (
    <button
      type="button"
      className={`nav-button ${screen === 'settings' ? 'nav-last' : ''}`}
      aria-current={current ? 'page' : undefined}
      onClick={() => navigation.go(screen)}
    >
      <Icon name={screen} size={22} />
      <span>{t(`nav.${screen}`)}</span>
      {count && (
        <span className="badge nav-badge" title={count.words}>
          {count.shown}
        </span>
      )}
    </button>
  )
}

/** One button for each section, with what is unread or waits; administration only for a role. */
export function MainNav({ role }: { readonly role: Ready['role'] }) {
  const { t } = useWords()
  const shown = role === 'none' ? screens.filter((screen) => screen !== 'administration') : screens
  return (
    <nav className="shell-nav" aria-label={t('nav.label')}>
      {shown.map((screen) => (
        <NavButton key={screen} screen={screen} />
      ))}
    </nav>
  )
}

/** Opens the palette for whoever does not know its key. */
export function PaletteButton() {
  const { navigation } = useStores()
  const { t } = useWords()
  return <IconButton label={t('palette.open')} icon="search" onClick={() => navigation.setPalette('open')} />
}
