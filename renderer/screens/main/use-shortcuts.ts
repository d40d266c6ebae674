/** The keys that work everywhere in the window. */
import { useEffect } from 'react'
import { useStores } from '../../components/context.tsx'
import { useRefresh } from '../contacts/use-refresh.ts'

/** Ctrl+K opens the palette, Ctrl+R refreshes the contacts: from everywhere, and instead of what a browser would do. */
export function useShortcuts(): void {
  const { navigation } = useStores()
  const refresh = useRefresh()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.isComposing) return
      const key = event.key.toLowerCase()
      if (key !== 'k' && key !== 'r') return
      event.preventDefault()
      if (key === 'k') navigation.setPalette('open')
      else if (!event.repeat) void refresh()
    }
    // Before any field sees the key: a list or a dialog may stop it on its way up.
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [navigation, refresh])
}
