/** How the keyboard moves through a long list. */
import {
  type KeyboardEvent,
  type Ref,
  type RefObject,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { ListModel } from './list-model.ts'
import { type RowLayout, scrollToShow, type View } from './row-layout.ts'
import { entryNear, moveByKey } from './row-map.ts'

/** What the holder of a list may do: move the focus into it. */
export type ListHandle = { focus(): void }

type RovingParts = {
  readonly layout: RowLayout
  readonly view: View
  /** Entries drawn now. */
  readonly drawn: readonly number[]
  readonly scroller: RefObject<HTMLElement | null>
}

function isPlainKey(event: KeyboardEvent): boolean {
  return event.target === event.currentTarget && !event.ctrlKey && !event.metaKey && !event.altKey
}

/** Puts the focus on a row once it is drawn, which may be some renders after it was asked for. */
function useFocusRow(scroller: RefObject<HTMLElement | null>) {
  const wanted = useRef<number | undefined>(undefined)
  useLayoutEffect(() => {
    if (wanted.current === undefined) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`)
    if (!row) return
    wanted.current = undefined
    // The list has scrolled to the row by itself already; the browser would put it somewhere else.
    row.focus({ preventScroll: true })
  })
  return (index: number) => {
    wanted.current = index
  }
}

/** One tab stop for the whole list, on the row used last; moved by arrows, Home, End and the page keys. */
export function useRoving<Row>(model: ListModel<Row>, parts: RovingParts, ref: Ref<ListHandle> | undefined) {
  const { layout, view, drawn, scroller } = parts
  const [active, setActive] = useState(0)
  const focusRow = useFocusRow(scroller)
  const near = entryNear(layout.headings, active, layout.total)
  // A tab stop that is not drawn could not be reached: then the first row that is drawn has it.
  const tabStop = drawn.includes(near) ? near : drawn[0]
  useImperativeHandle(
    ref,
    () => ({
      focus: () => scroller.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus(),
    }),
    [scroller],
  )

  const open = (index: number) => {
    setActive(index)
    const row = model.rowAt(index)
    if (row !== undefined) model.onOpen(row)
  }
  const move = (key: string, from: number): boolean => {
    const page = Math.max(1, Math.floor(view.height / layout.rowHeight) - 1)
    const to = moveByKey(key, from, { headings: layout.headings, total: layout.total, page })
    if (to === undefined) return false
    focusRow(to)
    setActive(to)
    scroller.current?.scrollTo({ top: scrollToShow(layout, view, to) })
    return true
  }
  return (index: number) => ({
    'data-index': index,
    tabIndex: tabStop === index ? 0 : -1,
    onClick: () => open(index),
    onFocus: () => setActive(index),
    onKeyDown: (event: KeyboardEvent) => {
      if (!isPlainKey(event)) return
      const opens = event.key === 'Enter' || event.key === ' '
      if (opens) open(index)
      if (opens || move(event.key, index)) event.preventDefault()
    },
  })
}

/** What a row must carry so that the keyboard reaches it. */
export type RowProps = ReturnType<ReturnType<typeof useRoving>>
