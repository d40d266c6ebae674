/** The settings about notifications and appearance. */
import { themeSchema } from '../../../shared/contract.ts'
import { languageSchema } from '../../../shared/language.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Choice } from '../../components/form/Choice.tsx'
import { Toggle } from '../../components/form/Toggle.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { Section } from './Section.tsx'

/** Switches notifications and their text. */
export function NotificationSection() {
  const { settings } = useStores()
  const { notifications, notificationText } = useSlice(settings)
  const { t } = useWords()
  return (
    <Section title={t('settings.notifications')}>
      <Toggle
        label={t('settings.notify')}
        checked={notifications}
        onChange={(checked) => void settings.change({ notifications: checked })}
      />
      <Toggle
        label={t('settings.notifyText')}
        hint={t('settings.notifyTextHint')}
        checked={notificationText}
        disabled={!notifications}
        onChange={(checked) => void settings.change({ notificationText: checked })}
      />
    </Section>
  )
}

/** Chooses language and theme. */
export function AppearanceSection() {
  const { settings } = useStores()
  const { language, theme } = useSlice(settings)
  const { t } = useWords()
  return (
    <Section title={t('settings.appearance')}>
      <Choice
        label={t('settings.language')}
        value={language}
        options={languageSchema.options.map((value) => ({ value, label: t(`language.${value}`), lang: value }))}
        onChange={(value) => void settings.change({ language: value })}
      />
      <Choice
        label={t('settings.theme')}
        value={theme}
        options={themeSchema.options.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={(value) => void settings.change({ theme: value })}
      />
    </Section>
  )
}
