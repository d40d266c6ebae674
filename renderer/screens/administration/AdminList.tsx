/** Long lists of the administration, with and without a search box. */
import { type ReactNode, type Ref, useRef } from 'react'
import { useStore } from 'zustand'
import { EmptyState } from '../../components/EmptyState.tsx'
import { SearchBox } from '../../components/form/SearchBox.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import type { ListHandle } from '../../components/list/use-roving.ts'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { type ListWindow, rowAt } from '../../store/lists/windowed.ts'

const noHeadings: ReadonlyMap<number, number> = new Map()

type Line<Row> = {
  readonly label: string
  readonly empty: string
  /** First and second line of a row, and what stands at its end. */
  readonly main: (row: Row) => string
  readonly sub: (row: Row) => string
  readonly end?: (row: Row) => string
  readonly onOpen: (row: Row) => void
}

/** Two lines a row, with what matters at the end of the first. */
export function linesModel<Row>(
  { label, main, sub, end, onOpen }: Line<Row>,
  rows: Pick<ListModel<Row>, 'total' | 'rowAt' | 'need' | 'waitingName'>,
): ListModel<Row> {
  const render = (row: Row): ReactNode => (
    <span className="row-text">
      <span className="row-line">
        <span className="row-main">{main(row)}</span>
        {end && <span className="row-when">{end(row)}</span>}
      </span>
      <span className="row-sub">{sub(row)}</span>
    </span>
  )
  return {
    ...rows,
    label,
    entries: rows.total,
    headings: noHeadings,
    rowHeight: 3.75,
    headingHeight: 0,
    nameOf: (row) => [main(row), sub(row), end?.(row) ?? ''].filter((text) => text !== '').join(', '),
    isCurrent: () => false,
    renderRow: render,
    onOpen,
  }
}

type AdminListProps<Row> = {
  readonly list: ListWindow<Row>
  readonly line: Line<Row>
  readonly ref?: Ref<ListHandle>
}

/** A long list of the administration, of which only what is on screen is here. */
export function AdminList<Row>({ list, line, ref }: AdminListProps<Row>) {
  const rows = useStore(list.rows)
  const { t } = useWords()
  if (rows.phase === 'failed' && rows.total === 0) return <ListFailure list={list} />
  if (rows.phase === 'new') return <div className="flex-1" />
  if (rows.total === 0) return <EmptyState icon="info" title={line.empty} />
  const model = linesModel(line, {
    total: rows.total,
    rowAt: (index) => rowAt(rows, index),
    need: list.need,
    waitingName: t('common.loading'),
  })
  return <VirtualList model={model} {...(ref !== undefined && { ref })} />
}

type SearchedListProps<Row> = Omit<AdminListProps<Row>, 'ref'> & {
  readonly search: { readonly label: string; readonly text: string; readonly onChange: (text: string) => void }
  /** Absent for whoever may not. */
  readonly add: { readonly label: string; readonly onAdd: () => void } | undefined
}

/** The same under a search box and, for whoever may, a button that adds to it. */
export function SearchedList<Row>({ search, add, ...shown }: SearchedListProps<Row>) {
  const list = useRef<ListHandle>(null)
  return (
    <>
      <div className="tools">
        <SearchBox
          label={search.label}
          value={search.text}
          onChange={search.onChange}
          onLeave={() => list.current?.focus()}
        />
        {add && (
          <button type="button" className="button" onClick={add.onAdd}>
            {add.label}
          </button>
        )}
      </div>
      <AdminList {...shown} ref={list} />
    </>
  )
}
