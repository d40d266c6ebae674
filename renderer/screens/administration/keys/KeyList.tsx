/** The keys of one kind, each with its state. */
import type { KeyFactsView } from '../../../../shared/key-steps.ts'
import { Digits } from '../../../components/Digits.tsx'
import { useWords } from '../../../i18n/i18n.ts'

function OneKey({ fact }: { readonly fact: KeyFactsView }) {
  const { t } = useWords()
  const { state, first, last, here, fingerprint } = fact
  const listed = first === 0 ? '' : t(first === last ? 'keys.inOne' : 'keys.inSome', { first, last })
  return (
    <li className="grid gap-1">
      <Digits text={fingerprint} />
      <span className="text-sm text-muted">
        {[t(`keyState.${state}`), listed, t(here ? 'keys.here' : 'keys.notHere')]
          .filter((text) => text !== '')
          .join(' · ')}
      </span>
    </li>
  )
}

// The order on screen: what counts now comes first.
const order = ['inUse', 'next', 'listed', 'retired'] as const

function byState(a: KeyFactsView, b: KeyFactsView): number {
  return order.indexOf(a.state) - order.indexOf(b.state)
}

/** Keys of one kind: those that count, and behind them those that no longer do. */
export function KeyList({ facts }: { readonly facts: readonly KeyFactsView[] }) {
  const { t } = useWords()
  const retired = facts.filter(({ state }) => state === 'retired')
  const listOf = (shown: readonly KeyFactsView[]) => (
    <ul className="grid gap-3">
      {shown.toSorted(byState).map((fact) => (
        <OneKey key={`${fact.state} ${fact.fingerprint}`} fact={fact} />
      ))}
    </ul>
  )
  return (
    <>
      {listOf(facts.filter(({ state }) => state !== 'retired'))}
      {retired.length > 0 && (
        <details>
          <summary className="text-sm">{t('keys.retired', { count: retired.length })}</summary>
          <div className="pt-3">{listOf(retired)}</div>
        </details>
      )}
    </>
  )
}
