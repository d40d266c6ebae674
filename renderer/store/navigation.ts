/** Which section is on screen. */
import { createStore } from 'zustand/vanilla'
import type { Session } from '../../shared/session.ts'

/** The sections of the main window, in the order of the navigation. */
const screens = ['chats', 'mail', 'contacts', 'held', 'administration', 'settings'] as const
/** One of them; icon and words have the same name. */
export type Screen = (typeof screens)[number]

type Role = Extract<Session, { readonly step: 'ready' }>['role']

/** The sections that an account sees: administration only with a role. */
export function shownScreens(role: Role): readonly Screen[] {
  return role === 'none' ? screens.filter((screen) => screen !== 'administration') : screens
}

type NavigationState = {
  readonly screen: Screen
  /** In a narrow window: whether the right column is shown instead of the list. */
  readonly detail: boolean
  readonly palette: 'closed' | 'open'
  readonly keyMap: 'closed' | 'open'
}

const uncovered = { palette: 'closed', keyMap: 'closed' } as const

/** Makes the state of what is on screen. */
export function createNavigation() {
  const store = createStore<NavigationState>(() => ({ screen: 'chats', detail: false, ...uncovered }))
  return {
    store,
    go: (screen: Screen) => store.setState({ screen, detail: false, ...uncovered }),
    show: (screen: Screen) => store.setState({ screen, detail: true, ...uncovered }),
    back: () => store.setState({ detail: false }),
    setPalette: (palette: NavigationState['palette']) => store.setState({ ...uncovered, palette }),
    setKeyMap: (keyMap: NavigationState['keyMap']) => store.setState({ ...uncovered, keyMap }),
  }
}
