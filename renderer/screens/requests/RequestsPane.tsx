/** The pane of contact requests: others', one's own, and those to approve. */
import { type ReactNode, useId, useRef } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { ContactRequests } from '../../../shared/requests.ts'
import type { Result } from '../../../shared/rpc.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { failureWords } from '../../components/FailureText.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { Invite } from './Invite.tsx'
import { RequestHistory } from './RequestHistory.tsx'
import { RequestItem } from './RequestItem.tsx'

type Part = { readonly title: string; readonly hint?: string; readonly children: ReactNode }

function RequestPart({ title, hint, children }: Part) {
  const id = useId()
  return (
    <section className="grid gap-3" aria-labelledby={id}>
      <h3 id={id} className="font-semibold">
        {title}
      </h3>
      {hint !== undefined && <p className="text-sm text-muted">{hint}</p>}
      <ul aria-labelledby={id} className="grid gap-3">
        {children}
      </ul>
    </section>
  )
}

/** Sends an answer and tells a failure as a notice. The row goes away with its buttons, so the focus goes to the heading. */
function useAct(toHeading: () => void) {
  const { notices } = useStores()
  return async (doing: Promise<Result<unknown>>) => {
    const result = await doing
    if (!result.ok) notices.say({ about: 'failure', failure: result.failure })
    toHeading()
  }
}

type Lists = { readonly requests: ContactRequests; readonly act: (doing: Promise<Result<unknown>>) => Promise<void> }

function Lists({ requests: { incoming, approvals, own }, act }: Lists) {
  const waiting = own.filter(({ state }) => state === 'waiting')
  const { requests } = useStores()
  const { t } = useWords()
  const answer = (id: string, accept: boolean) => void act(requests.answer(id, accept))
  return (
    <>
      {incoming.length > 0 && (
        <RequestPart title={t('requests.incoming')}>
          {incoming.map(({ id, from, note, at }) => (
            <RequestItem key={id} name={from.name} address={from.address} note={note} at={at}>
              <Answers name={from.name} onAnswer={(accept) => answer(id, accept)} />
            </RequestItem>
          ))}
        </RequestPart>
      )}
      {approvals.length > 0 && (
        <RequestPart title={t('requests.approvals')} hint={t('requests.approvalsHint')}>
          {approvals.map(({ id, from, to, note, at }) => (
            <RequestItem
              key={id}
              name={t('requests.between', { from: from.name, to: to.name })}
              address={t('requests.between', { from: from.address, to: to.address })}
              note={note}
              at={at}
            >
              <Answers name={from.name} onAnswer={(accept) => answer(id, accept)} />
            </RequestItem>
          ))}
        </RequestPart>
      )}
      {waiting.length > 0 && (
        <RequestPart title={t('requests.own')}>
          {waiting.map(({ id, address, note, at, waits = 'either' }) => (
            <RequestItem
              key={id}
              name={address}
              note={note}
              at={at}
              state={t(`requestFor.${waits}`, { address: shownAddress(address) })}
            >
              <button
                type="button"
                className="button button-small"
                aria-label={t('requests.withdrawName', { name: address })}
                onClick={() => void act(requests.withdraw(id))}
              >
                {t('requests.withdraw')}
              </button>
            </RequestItem>
          ))}
        </RequestPart>
      )}
    </>
  )
}

function Answers({ name, onAnswer }: { readonly name: string; readonly onAnswer: (accept: boolean) => void }) {
  const { t } = useWords()
  return (
    <>
      <button
        type="button"
        className="button button-primary button-small"
        aria-label={t('requests.acceptName', { name })}
        onClick={() => onAnswer(true)}
      >
        {t('requests.accept')}
      </button>
      <button
        type="button"
        className="button button-small"
        aria-label={t('requests.declineName', { name })}
        onClick={() => onAnswer(false)}
      >
        {t('requests.decline')}
      </button>
    </>
  )
}

/** Who asks, whom one asked for, and how to be asked. */
export function RequestsPane() {
  const { requests } = useStores()
  const state = useSlice(requests)
  const { t } = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const act = useAct(() => heading.current?.focus())
  const { incoming, approvals, own, answered } = state.requests
  const isEmpty = incoming.length + approvals.length + own.length + answered.length === 0
  return (
    <>
      <DetailBar>
        <h2 className="title" tabIndex={-1} ref={heading}>
          {t('requests.title')}
        </h2>
        <button type="button" className="button button-primary" onClick={() => requests.begin()}>
          {t('requests.request')}
        </button>
      </DetailBar>
      <div className="page-scroll">
        <div className="measure grid gap-8">
          {state.phase === 'failed' && state.failure && (
            <EmptyState icon="warning" title={t('common.loadFailed')} hint={failureWords(t, state.failure)}>
              <button type="button" className="button mt-2" onClick={() => void requests.load()}>
                {t('common.tryAgain')}
              </button>
            </EmptyState>
          )}
          {state.phase === 'ready' && isEmpty && (
            <EmptyState icon="contacts" title={t('requests.empty')} hint={t('requests.emptyHint')} />
          )}
          <Lists requests={state.requests} act={act} />
          <RequestHistory requests={state.requests} />
          <Invite />
        </div>
      </div>
    </>
  )
}
