/** The settings, whole. */
import { useEffect } from 'react'
import { useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { PaletteButton } from '../main/MainNav.tsx'
import type { Ready } from '../session.ts'
import { AccountSection, LeaveSection } from './AccountSection.tsx'
import { AppearanceSection, NotificationSection } from './ChoiceSections.tsx'
import { HelpSection } from './HelpSection.tsx'
import { SecretsSection } from './SecretsSection.tsx'

/** Shows every part of the settings, one below the other. */
export function SettingsPage({ session }: { readonly session: Ready }) {
  const { device } = useStores()
  const { t } = useWords()
  useEffect(() => {
    void device.load()
  }, [device])
  return (
    <div className="page-scroll">
      <div className="measure grid gap-8">
        <header className="-mb-2 flex items-center justify-between">
          <h2 className="text-2xl font-semibold tracking-tight">{t('settings.title')}</h2>
          <PaletteButton />
        </header>
        <AccountSection session={session} />
        <SecretsSection />
        <NotificationSection />
        <AppearanceSection />
        <HelpSection />
        <LeaveSection />
      </div>
    </div>
  )
}
