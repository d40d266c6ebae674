/** The user's settings: in profile.json, so that language and theme hold on the sign-in screen too. None is secret. */
import type { KithContract, Settings } from '../../../shared/contract.ts'
import { nearestLanguage } from '../../../shared/language.ts'
import type { Parsed } from '../../../shared/rpc.ts'
import type { Stage } from '../session/stage/stage.ts'

/** What is to be different; absent keys stay. */
export type SettingsChange = Parsed<KithContract, 'settings.set'>

export type SettingsStore = {
  readonly get: () => Settings
  readonly set: (change: SettingsChange) => Settings
}

export function defaultSettings(systemLanguage: string): Settings {
  return { language: nearestLanguage([systemLanguage]), theme: 'system', notifications: true, notificationText: true }
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
