/** The page as React draws it: words, notices and the screen that the session allows. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { useState } from 'react'
import { I18nextProvider } from 'react-i18next'
import { StoresProvider } from './components/context.tsx'
import { Toasts } from './components/Toasts.tsx'
import { useAppearance } from './components/use-appearance.ts'
import { useWholeTexts } from './components/use-whole-texts.ts'
import { createI18n } from './i18n/i18n.ts'
import { Gate } from './screens/Gate.tsx'
import type { Stores } from './store/stores.ts'

/** Draws the page in the user's language and theme, over these stores. */
export function App({ stores }: { readonly stores: Stores }) {
  // Made once: a second instance would draw every word anew and lose the language that was chosen.
  const [i18n] = useState(() => createI18n(stores.settings.store.getState().language))
  useAppearance(stores.settings, i18n)
  useWholeTexts()
  return (
    // The page's policy allows no style elements, which Base UI would otherwise put into the document.
    <CSPProvider disableStyleElements>
      <I18nextProvider i18n={i18n}>
        <StoresProvider stores={stores}>
          <div className="frame">
            <Gate />
            <Toasts />
          </div>
        </StoresProvider>
      </I18nextProvider>
    </CSPProvider>
  )
}
