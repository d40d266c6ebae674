/** The banner about a connection that does not work. */
import { useState } from 'react'
import { useSlice, useStores } from '../../components/context.tsx'
import { Icon } from '../../components/Icons.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { useAge } from '../contacts/use-age.ts'
import type { Ready } from '../session.ts'
import { PasswordDialog } from './PasswordDialog.tsx'

function useBannerWords(session: Ready): readonly string[] {
  const { t } = useWords()
  const first = useConnectionWords(session)
  // What works in part is told beside what does not work at all.
  const troubles = (session.mailTroubles ?? []).map((trouble) => t(`mailTrouble.${trouble}`))
  return first === undefined ? troubles : [first, ...troubles]
}

function useConnectionWords({ connection, mail, sendingOff }: Ready): string | undefined {
  const { t } = useWords()
  // The order is of weight: what keeps one from sending at all goes before a line that may come back.
  if (sendingOff === 'upgrade') return t('connection.upgrade')
  if (sendingOff === 'lease') return t('connection.lease')
  if (connection === 'signInAgain') return t('connection.signInAgain')
  if (connection === 'offline') return t('connection.offline')
  if (mail === 'authFailed') return t('connection.mailAuthFailed')
  if (mail === 'refused') return t('connection.mailRefused')
  if (mail === 'noLogin') return t('connection.mailNoLogin')
  if (mail === 'offline') return t('connection.mailOffline')
  return undefined
}

function ListAge() {
  const { status } = useSlice(useStores().whitelist)
  const { t } = useWords()
  const age = useAge(status?.syncedAt ?? 0)
  if (!status || status.syncedAt === 0) return null
  return <> {t('connection.offlineList', { version: status.version, age })}</>
}

/** What does not work now, and what is safe all the same. Nothing while all is well. */
export function ConnectionBanner({ session }: { readonly session: Ready }) {
  const { t } = useWords()
  const words = useBannerWords(session)
  const [asking, setAsking] = useState<'account' | 'mail'>()
  return (
    <section className="shell-banner" aria-label={t('connection.label')} aria-live="polite">
      {words.length > 0 && (
        <div className="banner">
          <span className="text-warn">
            <Icon name="offline" />
          </span>
          <div className="banner-text">
            {words.map((text, index) => (
              <p key={text}>
                {text}
                {index === 0 && session.connection === 'offline' && <ListAge />}
              </p>
            ))}
          </div>
          {session.connection === 'signInAgain' && (
            <button type="button" className="button button-small" onClick={() => setAsking('account')}>
              {t('connection.signInAgainButton')}
            </button>
          )}
          {session.connection === 'online' && session.mail === 'authFailed' && (
            <button type="button" className="button button-small" onClick={() => setAsking('mail')}>
              {t('connection.mailPasswordButton')}
            </button>
          )}
        </div>
      )}
      <PasswordDialog
        session={session}
        of={asking ?? 'account'}
        open={asking !== undefined}
        onClose={() => setAsking(undefined)}
      />
    </section>
  )
}
