/** The line that says how current the list is. */
import { changeWords } from '../../components/change-words.ts'
import { useLasting, useSlice, useStores } from '../../components/context.tsx'
import { failureWords } from '../../components/FailureText.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { ProgressBar } from '../../components/Progress.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { WhitelistState } from '../../store/whitelist.ts'
import { useAge } from './use-age.ts'
import { useRefresh } from './use-refresh.ts'

function useOutcomeWords({ outcome, status, refresh }: WhitelistState): { text: string; bad: boolean } | undefined {
  const { t } = useWords()
  if (refresh === 'running') return undefined
  if (outcome?.kind === 'changed') return { text: changeWords(t, outcome.change), bad: false }
  // The user's own refresh speaks first; without one, the last sync that failed by itself.
  const failure =
    outcome?.failure ?? (status?.state === 'failed' && status.failure ? { kind: status.failure } : undefined)
  if (!failure) return undefined
  return { text: `${failureWords(t, failure)} ${t('contacts.stillInForce')}`, bad: true }
}

/** Version and age of the list in force, how the last refresh went, and the button for the next. */
export function WhitelistStatus() {
  const state = useSlice(useStores().whitelist)
  const { t } = useWords()
  const refresh = useRefresh()
  const running = state.refresh === 'running' || state.status?.state === 'syncing'
  const lasting = useLasting(running)
  const age = useAge(state.status?.syncedAt ?? 0)
  const outcome = useOutcomeWords(state)
  const progress = state.status?.progress
  return (
    <div className="border-t border-line">
      <div className="h-[3px]">
        {lasting && <ProgressBar label={t('contacts.refreshing')} {...(progress && { progress })} />}
      </div>
      <div className="flex items-center gap-2 py-1.5 ps-5 pe-3">
        <output aria-label={t('contacts.status')} aria-atomic="false" className="grid flex-1 text-[0.8125rem]">
          <span className="text-muted" aria-live="off">
            {state.status ? t('contacts.version', { version: state.status.version, age }) : ''}
          </span>
          {outcome && <span className={outcome.bad ? 'text-danger' : 'font-medium'}>{outcome.text}</span>}
        </output>
        <IconButton
          label={t('contacts.refresh')}
          icon="refresh"
          onClick={() => void refresh()}
          disabled={state.refresh === 'running'}
          className={running ? 'spin' : ''}
        />
      </div>
    </div>
  )
}
