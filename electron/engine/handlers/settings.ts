/** The user's settings: in profile.json, so that language and theme hold on the sign-in screen too. None is secret. */
import type { KithContract, Language, Settings } from '../../../shared/contract.ts'
import type { Parsed } from '../../../shared/rpc.ts'
import type { Stage } from '../session/stage/stage.ts'

/** What is to be different; absent keys stay. */
export type SettingsChange = Parsed<KithContract, 'settings.set'>

export type SettingsStore = {
  readonly get: () => Settings
  readonly set: (change: SettingsChange) => Settings
}

/** The nearest of our languages for a BCP 47 tag. Chinese without a script follows its region. */
export function languageFor(tag: string): Language {
  const parts = tag.toLowerCase().replaceAll('_', '-').split('-')
  if (parts[0] !== 'zh') return 'en'
  if (parts.includes('hant')) return 'zh-Hant'
  if (parts.includes('hans')) return 'zh-Hans'
  return ['tw', 'hk', 'mo'].some((region) => parts.includes(region)) ? 'zh-Hant' : 'zh-Hans'
}

export function defaultSettings(systemLanguage: string): Settings {
  return { language: languageFor(systemLanguage), theme: 'system', notifications: true, notificationText: true }
}

export function profileSettings(stage: Stage): SettingsStore {
  const get = () => merged(defaultSettings(stage.ports.systemLanguage), stage.profile().settings)
  return {
    get,
    set: (change) => {
      stage.saveProfile({ settings: { ...stage.profile().settings, ...change } })
      stage.emit('settings.changed', get())
      return get()
    },
  }
}

function merged(base: Settings, change: SettingsChange): Settings {
  return {
    language: change.language ?? base.language,
    theme: change.theme ?? base.theme,
    notifications: change.notifications ?? base.notifications,
    notificationText: change.notificationText ?? base.notificationText,
  }
}
