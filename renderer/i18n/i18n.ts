/** The page's words in its languages, and how a component asks for them. */
import { createInstance, type i18n } from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type { Language } from '../../shared/language.ts'
import enAdmin from './en/admin.json'
import enChanges from './en/changes.json'
import enFaults from './en/faults.json'
import enKeys from './en/keys.json'
import enRequests from './en/requests.json'
import enUi from './en/ui.json'
import enWords from './en/words.json'
import hansAdmin from './zh-Hans/admin.json'
import hansChanges from './zh-Hans/changes.json'
import hansFaults from './zh-Hans/faults.json'
import hansKeys from './zh-Hans/keys.json'
import hansRequests from './zh-Hans/requests.json'
import hansUi from './zh-Hans/ui.json'
import hansWords from './zh-Hans/words.json'
import hantAdmin from './zh-Hant/admin.json'
import hantChanges from './zh-Hant/changes.json'
import hantFaults from './zh-Hant/faults.json'
import hantKeys from './zh-Hant/keys.json'
import hantRequests from './zh-Hant/requests.json'
import hantUi from './zh-Hant/ui.json'
import hantWords from './zh-Hant/words.json'

/** Every word that the page shows, in each language. */
export const words = {
  en: { ...enUi, ...enWords, ...enAdmin, ...enChanges, ...enFaults, ...enKeys, ...enRequests },
  'zh-Hant': { ...hantUi, ...hantWords, ...hantAdmin, ...hantChanges, ...hantFaults, ...hantKeys, ...hantRequests },
  'zh-Hans': { ...hansUi, ...hansWords, ...hansAdmin, ...hansChanges, ...hansFaults, ...hansKeys, ...hansRequests },
} as const

type Words = typeof words.en

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'translation'
    readonly resources: { readonly translation: Words }
  }
}

/** Ready at once: all words are part of the page. React escapes what it shows, so i18next does not. */
export function createI18n(language: Language): i18n {
  const instance = createInstance()
  void instance.use(initReactI18next).init({
    lng: language,
    // Every language has every word, which the types make sure of.
    fallbackLng: false,
    initAsync: false,
    resources: {
      en: { translation: words.en },
      'zh-Hant': { translation: words['zh-Hant'] },
      'zh-Hans': { translation: words['zh-Hans'] },
    },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  return instance
}

/** The words, and the language for Intl. */
export function useWords() {
  const { t, i18n } = useTranslation()
  return { t, language: i18n.language as Language }
}

/** Gives a word of the page in the chosen language; a key that does not exist is an error of the types. */
export type Translate = ReturnType<typeof useWords>['t']
