/** The tab of what waits for a decision, and of what was decided: requests, kept messages and proposals. */
import type { ReactNode } from 'react'
import type { AdminRequest, Proposal } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { FailureText } from '../../components/FailureText.tsx'
import { Note } from '../../components/Note.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatMoment } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { Changes } from './Changes.tsx'
import { useNaming } from './naming.ts'
import { EndedRequests, Releases, Requests } from './Requests.tsx'

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
      count: proposal.count,
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
  const naming = useNaming()
  const { who, at, state, why, changes, count, by, unreadable } = proposal
  const told = [
    t(`proposalState.${state}`),
    ...(by === undefined ? [] : [t('named.decider', { name: naming.actor(by) })]),
    formatMoment(language, at),
  ]
  return (
    <li className="grid gap-2 border-t border-line pt-4 first:border-0 first:pt-0">
      <p className="font-medium">{t('named.asker', { name: naming.actor(who) })}</p>
      <p className="text-sm text-muted">{told.join(' · ')}</p>
      {why !== '' && <p>{why}</p>}
      {unreadable === true ? (
        <p className="text-sm">{t('admin.unreadableProposal')}</p>
      ) : (
        <Changes changes={changes} total={count} />
      )}
      {may.administer && state === 'approval' && <Buttons proposal={proposal} />}
    </li>
  )
}

type ProposalsProps = { readonly label: string; readonly proposals: readonly Proposal[]; readonly may: May }

function Proposals({ label, proposals, may }: ProposalsProps) {
  return (
    <Titled title={label} isThere={proposals.length > 0}>
      <ul className="grid gap-5" aria-label={label}>
        {proposals.map((proposal) => (
          <OneProposal key={proposal.id} proposal={proposal} may={may} />
        ))}
      </ul>
    </Titled>
  )
}

/** A heading over what stands under it; nothing where there is nothing. */
function Titled({ title, isThere, children }: { title: string; isThere: boolean; children: ReactNode }) {
  if (!isThere) return null
  return (
    <section className="grid gap-3" aria-label={title}>
      <h4 className="font-semibold">{title}</h4>
      {children}
    </section>
  )
}

function Half({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="grid gap-6" aria-label={title}>
      <h3 className="text-lg font-semibold">{title}</h3>
      {children}
    </section>
  )
}

/** Shows what waits for a decision, with buttons for those who may decide, and below it what was decided. */
export function ProposalsTab({ may }: { readonly may: May }) {
  const { proposals = [], requests = [], releases = [], failure } = useSlice(useStores().administration.control)
  const { t } = useWords()
  const isWaiting = ({ state }: Proposal) => state === 'approval' || state === 'ready'
  const waiting = proposals.filter(isWaiting)
  const decided = proposals.filter((one) => !isWaiting(one))
  const open = requests.filter(isOpen)
  const ended = requests.filter((one) => !isOpen(one))
  const count = waiting.length + open.length + releases.length
  const isDone = decided.length + ended.length > 0
  if (count === 0 && !isDone && !failure) return <EmptyState icon="check" title={t('admin.noProposals')} />
  return (
    <section className="page-scroll" aria-label={t('adminTab.proposals')} tabIndex={scrollStop}>
      <div className="measure grid gap-8">
        {failure && (
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        )}
        <Half title={t('waiting.title')}>
          {count === 0 && <p className="text-muted">{t('waiting.none')}</p>}
          <Titled title={t('admin.requests')} isThere={open.length > 0}>
            <Requests requests={open} may={may} />
          </Titled>
          <Titled title={t('admin.releases')} isThere={releases.length > 0}>
            <Releases releases={releases} may={may} />
          </Titled>
          <Proposals label={t('admin.proposals')} proposals={waiting} may={may} />
        </Half>
        {isDone && (
          <Half title={t('waiting.done')}>
            <Titled title={t('waiting.requestsDone')} isThere={ended.length > 0}>
              <EndedRequests requests={ended} />
            </Titled>
            <Proposals label={t('waiting.proposalsDone')} proposals={decided} may={may} />
          </Half>
        )}
      </div>
    </section>
  )
}

function isOpen({ state }: AdminRequest): boolean {
  return state === 'asked' || state === 'accepted'
}
