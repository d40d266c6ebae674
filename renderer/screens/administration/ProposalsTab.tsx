/** The tab of what waits for a decision: requests, kept messages and proposals. */
import type { Proposal } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { Changes } from './Changes.tsx'
import { Releases, Requests } from './Requests.tsx'

function Buttons({ proposal }: { readonly proposal: Proposal }) {
  const { changing } = useStores().administration
  const { session } = useSlice(useStores().session)
  const { t } = useWords()
  const isOwn = session?.step === 'ready' && session.user === proposal.who
  const decide = (approve: boolean) =>
    void changing.begin({
      title: t(approve ? 'admin.approveTitle' : 'admin.declineTitle'),
      proposal: proposal.id,
      approve,
    })
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOwn ? (
        <p className="text-sm text-muted">{t('admin.ownProposal')}</p>
      ) : (
        <button type="button" className="button button-small button-primary" onClick={() => decide(true)}>
          {t('change.approve')}
        </button>
      )}
      <button type="button" className="button button-small button-danger" onClick={() => decide(false)}>
        {t('change.decline')}
      </button>
    </div>
  )
}

function OneProposal({ proposal, may }: { readonly proposal: Proposal; readonly may: May }) {
  const { t, language } = useWords()
  const { who, at, state, why, changes, count, by, unreadable } = proposal
  return (
    <li className="grid gap-2 border-t border-line pt-4 first:border-0 first:pt-0">
      <p className="font-medium">
        {t('common.and', { first: who, second: t(`proposalState.${state}`) })}
        {by !== undefined && ` · ${by}`}
      </p>
      <p className="text-sm text-muted">{formatMoment(language, at)}</p>
      {why !== '' && <p>{why}</p>}
      {unreadable === true ? <p className="text-sm">{t('admin.unreadableProposal')}</p> : <Changes changes={changes} />}
      {count > changes.length && <p className="text-sm">{t('change.more', { count: count - changes.length })}</p>}
      {may.administer && state === 'approval' && <Buttons proposal={proposal} />}
    </li>
  )
}

/** Shows what waits for a decision, with buttons for those who may decide. */
export function ProposalsTab({ may }: { readonly may: May }) {
  const { proposals, requests, releases, failure } = useSlice(useStores().administration.control)
  const { t } = useWords()
  const waiting = (requests?.length ?? 0) + (releases?.length ?? 0)
  if (proposals?.length === 0 && waiting === 0) return <EmptyState icon="check" title={t('admin.noProposals')} />
  return (
    <section className="page-scroll" aria-label={t('adminTab.proposals')} tabIndex={scrollStop}>
      <div className="measure grid gap-5">
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        )}
        {requests && requests.length > 0 && <Requests requests={requests} may={may} />}
        {releases && releases.length > 0 && <Releases releases={releases} may={may} />}
        <ul className="grid gap-5" aria-label={t('admin.proposals')}>
          {proposals?.map((proposal) => (
            <OneProposal key={proposal.id} proposal={proposal} may={may} />
          ))}
        </ul>
      </div>
    </section>
  )
}
