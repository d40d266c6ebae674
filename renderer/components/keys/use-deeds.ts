/** What the page does at its keys. */
import { flushSync } from 'react-dom'
import type { PageDeed } from '../../../shared/keys.ts'
import { useRefresh } from '../../screens/contacts/use-refresh.ts'
import { type Screen, shownScreens } from '../../store/navigation.ts'
import type { Stores } from '../../store/stores.ts'
import { useSlice, useStores } from '../context.tsx'
import { keyLabel, shownKeys } from './combination.ts'

/** The sections that the account sees, in the order of the navigation; before the account is known, those of everybody. */
export function useScreens(): readonly Screen[] {
  const { session } = useSlice(useStores().session)
  return shownScreens(session?.step === 'ready' ? session.role : 'none')
}

/** The first key of a deed, as this keyboard names it. */
export function useKeyLabel(deed: PageDeed): string {
  const { keyboard } = useStores()
  return keyLabel(shownKeys(deed, keyboard)[0] ?? '', keyboard)
}

/** The focus goes into the search of the list on screen; where there is none, everything is searched. */
function search(navigation: Stores['navigation']): void {
  if (navigation.store.getState().palette === 'open') return
  const box = document.querySelector<HTMLInputElement>('main input[type="search"]')
  if (!box) return navigation.setPalette('open')
  // In a narrow window the list is not on screen while something of it is.
  flushSync(navigation.back)
  box.focus()
  return box.select()
}

/** Every deed by its name. */
export function useDeeds(): Readonly<Record<PageDeed, () => void>> {
  const { navigation, compose } = useStores()
  const screens = useScreens()
  const refresh = useRefresh()
  const go = (number: number) => () => {
    const screen = screens[number - 1]
    if (screen) navigation.go(screen)
  }
  return {
    palette: () => navigation.setPalette('open'),
    search: () => search(navigation),
    write: () => {
      if (navigation.store.getState().screen === 'chats') return navigation.setPalette('open')
      void compose.start({})
      return navigation.show('mail')
    },
    place1: go(1),
    place2: go(2),
    place3: go(3),
    place4: go(4),
    place5: go(5),
    settings: () => navigation.go('settings'),
    refresh: () => void refresh(),
    keys: () => navigation.setKeyMap(navigation.store.getState().keyMap === 'open' ? 'closed' : 'open'),
  }
}
