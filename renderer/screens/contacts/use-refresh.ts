/** Refreshing the contacts from anywhere in the page. */
import { useCallback } from 'react'
import { useStores } from '../../components/context.tsx'

/** Refreshes the contacts. In their own screen the status tells how it went; elsewhere a notice does. */
export function useRefresh(): () => Promise<void> {
  const { whitelist, navigation, notices } = useStores()
  return useCallback(async () => {
    const outcome = await whitelist.refresh()
    if (!outcome || navigation.store.getState().screen === 'contacts') return
    if (outcome.kind === 'changed') notices.say({ about: 'refreshed', change: outcome.change })
    else notices.say({ about: 'failure', failure: outcome.failure })
  }, [whitelist, navigation, notices])
}
