import { useStore } from 'zustand'
import type { HeldMessage } from '../../../shared/contract.ts'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Icon } from '../../components/Icons.tsx'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { heldWords } from '../../components/words.ts'
import { formatShort } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import { rowAt } from '../../store/lists/windowed.ts'
import { PaletteButton } from '../main/MainNav.tsx'

const noHeadings: ReadonlyMap<number, number> = new Map()
const timeTick = 60_000

/** Who the message says it is from, said as a claim; never shown like a contact. */
export function claimWords(t: Translate, held: HeldMessage): string {
  const name = held.claimedName || held.claimedAddress
  return name === '' ? t('held.noSender') : t('held.claim', { name })
}

function HeldLine({ held, now }: { readonly held: HeldMessage; readonly now: number }) {
  const { t, language } = useWords()
  return (
    <>
      <span className="grid size-9.5 flex-none place-items-center rounded-full bg-warn-soft text-warn">
        <Icon name="held" />
      </span>
      <span className="row-text">
        <span className="row-line">
          <span className="row-main font-normal">{claimWords(t, held)}</span>
          <span className="row-when">{formatShort(language, held.at, now)}</span>
        </span>
        <span className="row-sub text-ink">{held.subject || t('held.noSubject')}</span>
        <span className="row-sub text-warn">{heldWords(t, held)}</span>
      </span>
    </>
  )
}

function useHeldModel(): ListModel<HeldMessage> {
  const { held, navigation } = useStores()
  const list = useStore(held.list.rows)
  const { selected } = useSlice(held)
  const { t } = useWords()
  const now = useNow(timeTick)
  return {
    label: t('held.list'),
    total: list.total,
    entries: list.total,
    headings: noHeadings,
    rowAt: (index) => rowAt(list, index),
    rowHeight: 5.25,
    headingHeight: 0,
    nameOf: (one) => [claimWords(t, one), one.subject || t('held.noSubject'), heldWords(t, one)].join(', '),
    isCurrent: ({ id }) => id === selected?.id,
    renderRow: (one) => <HeldLine held={one} now={now} />,
    onOpen: (one) => {
      void held.select(one)
      navigation.show('held')
    },
    need: held.list.need,
    waitingName: t('common.loading'),
  }
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

export function HeldColumn() {
  const { t } = useWords()
  return (
    <>
      <header className="bar">
        <h2 className="title flex-1">{t('nav.held')}</h2>
        <PaletteButton />
      </header>
      <Body />
    </>
  )
}
