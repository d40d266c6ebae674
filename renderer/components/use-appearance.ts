/** Brings language and theme from the settings to the document. */
import type { i18n } from 'i18next'
import { useLayoutEffect } from 'react'
import { useStore } from 'zustand'
import type { SettingsSlice } from '../store/settings.ts'

/** Puts language and theme where the style sheets and screen readers look for them. */
export function useAppearance(settings: SettingsSlice, i18n: i18n): void {
  const { language, theme } = useStore(settings.store)
  useLayoutEffect(() => {
    document.documentElement.lang = language
    if (i18n.language !== language) void i18n.changeLanguage(language)
  }, [language, i18n])
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }, [theme])
}
