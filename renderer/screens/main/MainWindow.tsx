/** The main window: navigation, banner, list and detail. */
import { type ReactNode, useEffect, useRef } from 'react'
import { assertNever } from '../../../shared/rpc.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { KeyMap } from '../../components/keys/KeyMap.tsx'
import { CommandPalette } from '../../components/palette/CommandPalette.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { Screen } from '../../store/navigation.ts'
import { AdministrationPage } from '../administration/AdministrationPage.tsx'
import { ChatsColumn } from '../chats/ChatsColumn.tsx'
import { ConversationPane } from '../chats/ConversationPane.tsx'
import { ContactCard } from '../contacts/ContactCard.tsx'
import { ContactsColumn } from '../contacts/ContactsColumn.tsx'
import { HeldColumn } from '../held/HeldColumn.tsx'
import { HeldPane } from '../held/HeldPane.tsx'
import { MailColumn } from '../mail/MailColumn.tsx'
import { MailPane } from '../mail/MailPane.tsx'
import { RequestDialog } from '../requests/RequestDialog.tsx'
import type { Ready } from '../session.ts'
import { SettingsPage } from '../settings/SettingsPage.tsx'
import { ConnectionBanner } from './ConnectionBanner.tsx'
import { MainNav } from './MainNav.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import { useTitle } from './use-title.ts'

function columnOf(screen: Screen): ReactNode {
  switch (screen) {
    case 'chats':
      return <ChatsColumn />
    case 'mail':
      return <MailColumn />
    case 'contacts':
      return <ContactsColumn />
    case 'held':
      return <HeldColumn />
    case 'administration':
    case 'settings':
      return null
    default:
      return assertNever(screen)
  }
}

function paneOf(screen: Screen, session: Ready): ReactNode {
  switch (screen) {
    case 'chats':
      return <ConversationPane session={session} />
    case 'mail':
      return <MailPane />
    case 'contacts':
      return <ContactCard />
    case 'held':
      return <HeldPane />
    case 'administration':
      return <AdministrationPage session={session} />
    case 'settings':
      return <SettingsPage session={session} />
    default:
      return assertNever(screen)
  }
}

/**
 * What had the focus may disappear: in a narrow window the list behind what it opened, and a mail when it is sent. The
 * focus then goes to what came in its place, so that the keyboard goes on from there.
 */
function useFocusFollowing(place: string) {
  const pane = useRef<HTMLDivElement>(null)
  const before = useRef(place)
  useEffect(() => {
    if (before.current === place) return
    before.current = place
    if (document.activeElement === null || document.activeElement === document.body) pane.current?.focus()
  }, [place])
  return pane
}

/** Shows the section on screen in two columns, one at a time in a narrow window. */
export function MainWindow({ session }: { readonly session: Ready }) {
  const { navigation, compose } = useStores()
  const { screen: wanted, detail } = useSlice(navigation)
  // A role may be taken away while its section is on screen.
  const screen = wanted === 'administration' && session.role === 'none' ? 'chats' : wanted
  const { step } = useSlice(compose)
  const { t } = useWords()
  const column = columnOf(screen)
  const pane = useFocusFollowing(`${detail} ${step}`)
  useShortcuts()
  useTitle(session)
  return (
    <div className="shell" data-detail={column === null ? 'single' : detail}>
      <MainNav session={session} />
      <main className="contents">
        <h1 className="sr-only">{t('app.name')}</h1>
        <ConnectionBanner session={session} />
        {column !== null && <div className="shell-list">{column}</div>}
        <div className="shell-detail" tabIndex={-1} ref={pane}>
          {paneOf(screen, session)}
        </div>
      </main>
      <CommandPalette />
      <KeyMap />
      <RequestDialog />
    </div>
  )
}
