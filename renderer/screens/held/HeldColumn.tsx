/** The lists of messages that were held here and that the gateway keeps back. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { shownAddress } from '../../../shared/address.ts'
import type { HeldMessage } from '../../../shared/held.ts'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Icon } from '../../components/Icons.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { heldWords } from '../../components/words.ts'
import { formatShort } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import { newKept } from '../../store/lists/held.ts'
import { rowAt } from '../../store/lists/windowed.ts'
import { PaletteButton } from '../main/MainNav.tsx'

const noHeadings: ReadonlyMap<number, number> = new Map()
const timeTick = 60_000

type Claim = { readonly claimedName?: string; readonly claimedAddress: string }

/** Who the message says it is from, said as a claim; never shown like a contact. */
export function claimWords(t: Translate, held: Claim): string {
  // The words around it say that it is a claim: nobody has proven it (I3).
  const address = shownAddress(held.claimedAddress)
  // A4: names are free, so the address stands beside one that may be a contact's.
  const name = held.claimedName && address ? `${held.claimedName} <${address}>` : held.claimedName || address
  return name === '' ? t('held.noSender') : t('held.claim', { name })
}

type Line = { readonly claim: string; readonly subject: string; readonly why: string; readonly when: string }

function HeldLine({ claim, subject, why, when }: Line) {
  return (
    <>
      <span className="grid size-9.5 flex-none place-items-center rounded-full bg-warn-soft text-warn">
        <Icon name="held" />
      </span>
      <span className="row-text">
        <span className="row-line">
          <span className="row-main font-normal">{claim}</span>
          <span className="row-when">{when}</span>
        </span>
        <span className="row-sub text-ink">{subject}</span>
        <span className="row-sub text-warn">{why}</span>
      </span>
    </>
  )
}

/** What both lists share. */
function useRowParts() {
  const { t, language } = useWords()
  const now = useNow(timeTick)
  return {
    claimOf: (one: Claim) => claimWords(t, one),
    subjectOf: ({ subject }: { readonly subject: string }) => subject || t('held.noSubject'),
    whenOf: ({ at }: { readonly at: number }) => formatShort(language, at, now),
    t,
    looks: { headings: noHeadings, rowHeight: 5.25, headingHeight: 0, waitingName: t('common.loading') },
  }
}

function useHeldModel(): ListModel<HeldMessage> {
  const { held, navigation } = useStores()
  const list = useStore(held.list.rows)
  const { selected } = useSlice(held)
  const { t, claimOf, subjectOf, whenOf, looks } = useRowParts()
  return {
    ...looks,
    label: t('held.list'),
    total: list.total,
    entries: list.total,
    rowAt: (index) => rowAt(list, index),
    nameOf: (one) => [claimOf(one), subjectOf(one), heldWords(t, one)].join(', '),
    isCurrent: ({ id }) => id === selected?.id,
    renderRow: (one) => (
      <HeldLine claim={claimOf(one)} subject={subjectOf(one)} why={heldWords(t, one)} when={whenOf(one)} />
    ),
    onOpen: (one) => {
      void held.select(one)
      navigation.show('held')
    },
    need: held.list.need,
  }
}

function useKeptModel(): ListModel<KeptMessage> {
  const { held, navigation } = useStores()
  const list = useStore(held.keptList.rows)
  const { kept } = useSlice(held)
  const { t, claimOf, subjectOf, whenOf, looks } = useRowParts()
  const whyOf = (one: KeptMessage) =>
    one.state === 'kept'
      ? heldWords(t, one)
      : t('common.and', { first: t(`keptState.${one.state}`), second: heldWords(t, one) })
  return {
    ...looks,
    label: t('held.kept'),
    total: list.total,
    entries: list.total,
    rowAt: (index) => rowAt(list, index),
    nameOf: (one) => [claimOf(one), subjectOf(one), whyOf(one)].join(', '),
    isCurrent: ({ id }) => id === kept?.id,
    renderRow: (one) => <HeldLine claim={claimOf(one)} subject={subjectOf(one)} why={whyOf(one)} when={whenOf(one)} />,
    onOpen: (one) => {
      held.selectKept(one)
      navigation.show('held')
    },
    need: held.keptList.need,
  }
}

/** What the gateway keeps back; where there is no gateway, or no line to the server, nothing. */
function OnServer() {
  const { held } = useStores()
  const { total } = useStore(held.keptList.rows)
  const model = useKeptModel()
  // News of it comes once in a while; whoever looks here wants to know now.
  useEffect(() => void held.keptMoved(), [held])
  if (total === 0) return null
  return (
    <section className="flex min-h-0 flex-1 flex-col border-t border-line" aria-label={model.label}>
      <h3 className="px-5 pt-3 pb-1 text-sm font-medium text-muted">{model.label}</h3>
      <VirtualList model={model} />
    </section>
  )
}

function Body() {
  const { held } = useStores()
  const rows = useStore(held.list.rows)
  const model = useHeldModel()
  const { t } = useWords()
  if (rows.phase === 'failed' && rows.total === 0) return <ListFailure list={held.list} />
  if (rows.total > 0) return <VirtualList model={model} />
  if (rows.phase === 'new') return <div className="flex-1" />
  return <EmptyState icon="held" title={t('held.empty')} hint={t('held.emptyHint')} />
}

/** What is in the lists counts as seen while they are on screen and the window has the focus. */
function useSeeing(): void {
  const { held } = useStores()
  const state = useSlice(held)
  const kept = useStore(held.keptList.rows)
  const isNew = state.unseen + newKept(kept, state) > 0
  useEffect(() => {
    const see = () => {
      if (isNew && document.hasFocus()) held.looked()
    }
    see()
    window.addEventListener('focus', see)
    return () => window.removeEventListener('focus', see)
  }, [held, isNew])
}

/** Lists what was held here and, where a gateway keeps something back, what lies on the server. */
export function HeldColumn() {
  const { t } = useWords()
  useSeeing()
  return (
    <>
      <header className="bar">
        <h2 className="title">{t('nav.held')}</h2>
        <PaletteButton />
      </header>
      <Body />
      <OnServer />
    </>
  )
}
