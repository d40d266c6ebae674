import { createStore } from 'zustand/vanilla'
import type { Language, Settings } from '../../shared/contract.ts'
import type { Ports } from './ports.ts'

/** The nearest of our languages to a system's tag. Hong Kong, Macau and Taiwan write traditional characters. */
export function nearestLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    if (/^en\b/i.test(tag)) return 'en'
    if (/^zh\b/i.test(tag)) return /hant|-(tw|hk|mo)\b/i.test(tag) ? 'zh-Hant' : 'zh-Hans'
  }
  return 'en'
}

export function makeSettings(ports: Ports) {
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

export type SettingsSlice = ReturnType<typeof makeSettings>
