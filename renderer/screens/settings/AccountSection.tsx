/** The settings about the account, and the way out of it. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Digits } from '../../components/Digits.tsx'
import { Facts } from '../../components/Facts.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { Ready } from '../session.ts'
import { Section } from './Section.tsx'

function DeviceDigits({ digits }: { readonly digits: string }) {
  const { t } = useWords()
  return (
    <span className="grid gap-0.5">
      <Digits text={digits} />
      <span className="text-sm text-muted">{t('settings.deviceHint')}</span>
    </span>
  )
}

/** Shows who is signed in and where, the connections, and the device with its digits. */
export function AccountSection({ session }: { readonly session: Ready }) {
  const { about } = useSlice(useStores().device)
  const { t } = useWords()
  const facts = [
    { term: t('settings.name'), text: session.name },
    { term: t('settings.user'), text: session.user },
    { term: t('settings.address'), text: session.address },
    { term: t('settings.server'), text: session.server },
    { term: t('settings.serverConnection'), text: t(`connectionState.${session.connection}`) },
    { term: t('settings.mailConnection'), text: t(`connectionState.${session.mail}`) },
    ...(about
      ? [
          { term: t('settings.device'), text: about.device },
          { term: t('settings.deviceDigits'), text: <DeviceDigits digits={about.deviceWords} /> },
        ]
      : []),
  ]
  return (
    <Section title={t('settings.account')}>
      <Facts facts={facts} />
    </Section>
  )
}

/** Locks or signs out, and says what locking does. */
export function LeaveSection() {
  const { session } = useStores()
  const { t } = useWords()
  return (
    <section className="grid gap-3 border-t border-line pt-6">
      <div className="flex flex-wrap gap-2">
        <button type="button" className="button" onClick={() => void session.lock()}>
          {t('settings.lock')}
        </button>
        <button type="button" className="button button-danger" onClick={() => void session.signOut()}>
          {t('settings.signOut')}
        </button>
      </div>
      <p className="text-sm text-muted">{t('settings.lockHint')}</p>
    </section>
  )
}
