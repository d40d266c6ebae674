/** A message that lies on the server, and how to get it. */
import type { KeptMessage } from '../../../shared/quarantine.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { HeldArticle } from './HeldArticle.tsx'
import { KeptActions } from './KeptActions.tsx'

function Release({ state }: Pick<KeptMessage, 'state'>) {
  const { held } = useStores()
  const { by } = useSlice(held)
  const { t } = useWords()
  if (state === 'kept') {
    return (
      <button type="button" className="button button-primary justify-self-start" onClick={() => void held.release()}>
        {t(by === 'user' ? 'held.deliver' : 'held.ask')}
      </button>
    )
  }
  return <p>{t(`keptMore.${state}`)}</p>
}

/** Shows what is known of a message that the gateway keeps back. Its text stays on the server until it is released. */
export function KeptReading({ kept }: { readonly kept: KeptMessage }) {
  const { failure } = useSlice(useStores().held)
  const { t } = useWords()
  return (
    <HeldArticle label={t('held.keptMessage')} held={kept}>
      <p className="text-sm text-muted">{t('held.keptHint')}</p>
      <output className="grid">
        <Release state={kept.state} />
      </output>
      {/* Meanwhile it is somebody else's to decide, or on its way. */}
      {(kept.state === 'kept' || kept.state === 'refused') && <KeptActions key={kept.id} kept={kept} />}
      {failure && (
        <Note tone="danger">
          <FailureText failure={failure} />
        </Note>
      )}
    </HeldArticle>
  )
}
