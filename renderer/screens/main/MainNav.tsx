/** The sections of the main window. */
import { useStore } from 'zustand'
import { Avatar } from '../../components/Avatar.tsx'
import { useSlice, useStores } from '../../components/context.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { Icon } from '../../components/Icons.tsx'
import { useKeyLabel } from '../../components/keys/use-deeds.ts'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { newKept } from '../../store/lists/held.ts'
import { type Screen, shownScreens } from '../../store/navigation.ts'
import type { Ready } from '../session.ts'

/** Above this a count says no more than "many". */
const largestCount = 999

type Count = { readonly shown: string; readonly words: string }

function useCount(screen: Screen): Count | undefined {
  const stores = useStores()
  const { chat, mail } = useSlice(stores.chats)
  const held = useSlice(stores.held)
  const kept = useStore(stores.held.keptList.rows)
  const { waiting } = useSlice(stores.requests)
  const { session } = useSlice(stores.session)
  const toDecide = session?.step === 'ready' ? (session.toDecide ?? 0) : 0
  const { t, language } = useWords()
  const count = {
    chats: chat,
    mail,
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
      <span className="max-w-full truncate">{t(`nav.${screen}`)}</span>
      {count && (
        <span className="badge nav-badge" title={count.words}>
          {count.shown}
        </span>
      )}
    </button>
  )
}

/** Who is signed in: whoever has several accounts, or a colleague's chair, sees whose this is. */
function Identity({ session }: { readonly session: Ready }) {
  const { name, address } = session
  const { t } = useWords()
  return (
    <div className="nav-self" title={address}>
      <Avatar name={name} address={address} />
      <span className="sr-only">{t('nav.self', { name: name || address, address })}</span>
      <span className="nav-self-name" aria-hidden="true">
        {name || address}
      </span>
    </div>
  )
}

/** Who is signed in, and one button for each section, with what is unread or waits; administration only for a role. */
export function MainNav({ session }: { readonly session: Ready }) {
  const { t } = useWords()
  return (
    <nav className="shell-nav" aria-label={t('nav.label')}>
      <Identity session={session} />
      {shownScreens(session.role).map((screen) => (
        <NavButton key={screen} screen={screen} />
      ))}
    </nav>
  )
}

/** Opens the palette for whoever does not know its key. */
export function PaletteButton() {
  const { navigation } = useStores()
  const { t } = useWords()
  const key = useKeyLabel('palette')
  return <IconButton label={t('palette.open', { key })} icon="search" onClick={() => navigation.setPalette('open')} />
}
