/** Which section is on screen. */
import { createStore } from 'zustand/vanilla'

/** The sections of the main window, in the order of the navigation. */
export const screens = ['chats', 'mail', 'contacts', 'held', 'administration', 'settings'] as const
/** One of them; icon and words have the same name. */
export type Screen = (typeof screens)[number]

type NavigationState = {
  readonly screen: Screen
  /** In a narrow window: whether the right column is shown instead of the list. */
  readonly detail: boolean
  readonly palette: 'closed' | 'open'
}

/** Makes the state of what is on screen. */
export function createNavigation() {
  const store = createStore<NavigationState>(() => ({ screen: 'chats', detail: false, palette: 'closed' }))
  return {
    store,
    go: (screen: Screen) => store.setState({ screen, detail: false, palette: 'closed' }),
    show: (screen: Screen) => store.setState({ screen, detail: true, palette: 'closed' }),
    back: () => store.setState({ detail: false }),
    setPalette: (palette: NavigationState['palette']) => store.setState({ palette }),
  }
}
