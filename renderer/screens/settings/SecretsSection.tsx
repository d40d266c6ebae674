/** The settings that say how secrets are kept. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { Section } from './Section.tsx'

/** How strongly secrets are kept on this machine: never vague. */
export function SecretsSection() {
  const { protection } = useSlice(useStores().device)
  const { t } = useWords()
  if (!protection) return null
  const away = protection.kind === 'keychain' && !protection.keychainAvailable
  return (
    <Section title={t('settings.secrets')}>
      <Note tone={away ? 'warn' : 'plain'} icon="lock">
        {t(away ? 'settings.keychainAway' : `settings.${protection.kind}`)}
      </Note>
    </Section>
  )
}
