/** The user's settings. */
import { createStore } from 'zustand/vanilla'
import type { Settings } from '../../shared/contract.ts'
import { nearestLanguage } from '../../shared/language.ts'
import type { Ports } from './ports.ts'

/** Makes the settings' state; before the engine has answered, the system's language counts. */
export function createSettings(ports: Ports) {
  const store = createStore<Settings>(() => ({
    language: nearestLanguage(ports.languages),
    theme: 'system',
    notifications: true,
    notificationText: false,
  }))
  return {
    store,
    received: (settings: Settings) => store.setState(settings),
    load: async () => {
      const result = await ports.host.call('settings.get', {})
      if (result.ok) store.setState(result.value)
    },
    /** Shown at once; taken back if the engine could not keep it. */
    change: async (change: Partial<Settings>) => {
      const before = store.getState()
      store.setState(change)
      const result = await ports.host.call('settings.set', change)
      store.setState(result.ok ? result.value : before)
      return result.ok
    },
  }
}

/** The settings' state with what changes it. */
export type SettingsSlice = ReturnType<typeof createSettings>
