/** The user's settings: in profile.json, language and theme readable, since they hold on the sign-in screen too. */
import type { KithContract, Settings } from '../../../shared/contract.ts'
import { nearestLanguage } from '../../../shared/language.ts'
import { type Handlers, ok, type Parsed } from '../../../shared/rpc.ts'
import type { Stage } from '../session/stage/stage.ts'

/** What is to be different; absent keys stay. */
type SettingsChange = Parsed<KithContract, 'settings.set'>

/** Reads and changes the settings; a change is on the disk before it is announced. */
export function settingsHandlers(stage: Stage): Pick<Handlers<KithContract>, 'settings.get' | 'settings.set'> {
  const usual = usualSettings(stage.ports.systemLanguage)
  const current = (): Settings => merged(usual, stage.profile.read().settings)
  return {
    'settings.get': () => ok(current()),
    'settings.set': (change) => {
      const settings = { ...stage.profile.read().settings, ...change }
      stage.profile.save({ settings }, stage.opened()?.runtime.store.vault)
      stage.emit('settings.changed', current())
      return ok(current())
    },
  }
}

function usualSettings(systemLanguage: string): Settings {
  return { language: nearestLanguage([systemLanguage]), theme: 'system', notifications: true, notificationText: true }
}

function merged(usual: Settings, change: SettingsChange): Settings {
  return {
    language: change.language ?? usual.language,
    theme: change.theme ?? usual.theme,
    notifications: change.notifications ?? usual.notifications,
    notificationText: change.notificationText ?? usual.notificationText,
  }
}
