/** What a device shows while it waits for approval. */
import type { Session } from '../../../shared/session.ts'
import { useStores } from '../../components/context.tsx'
import { Digits } from '../../components/Digits.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { GateCard } from '../GateCard.tsx'

/** Shows the digits to compare with the administrator, and the way back. */
export function Pending({ session }: { readonly session: Extract<Session, { readonly step: 'pending' }> }) {
  const stores = useStores()
  const { t } = useWords()
  return (
    <GateCard title={t('pending.title')} lead={t('pending.user', { user: session.user })}>
      <div role="alert">
        <Note tone="warn" icon="clock">
          <p className="font-medium">{t('pending.waiting')}</p>
        </Note>
      </div>
      <p>{t('pending.explain')}</p>
      <dl className="grid gap-3">
        <div>
          <dt className="text-sm text-muted">{t('pending.device')}</dt>
          <dd>
            <Digits text={session.deviceWords} />
          </dd>
        </div>
        <div>
          <dt className="text-sm text-muted">{t('pending.server')}</dt>
          <dd>
            <Digits text={session.serverWords} />
          </dd>
        </div>
      </dl>
      <button type="button" className="button" onClick={() => void stores.session.signOut()}>
        {t('pending.cancel')}
      </button>
    </GateCard>
  )
}
