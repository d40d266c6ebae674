/** Where the rows of a long list stand, computed from their number. */
import { type HeadingMap, headingsBefore } from './row-map.ts'

/** Where rows stand, in pixels: headings have one height, entries another, so nothing has to be measured. */
export type RowLayout = {
  readonly total: number
  readonly headings: HeadingMap
  readonly rowHeight: number
  readonly headingHeight: number
  /** Room above the first and below the last row. */
  readonly margin: number
}

/** The upper edge of a row, in pixels from the top of the list. */
export function topOf(layout: RowLayout, index: number): number {
  const headings = headingsBefore(layout.headings, index)
  return layout.margin + headings * layout.headingHeight + (index - headings) * layout.rowHeight
}

/** The height of a row, in pixels. */
export function heightOf(layout: RowLayout, index: number): number {
  return layout.headings.has(index) ? layout.headingHeight : layout.rowHeight
}

/** The height of the whole list, in pixels. */
export function fullHeight(layout: RowLayout): number {
  return topOf(layout, layout.total) + layout.margin
}

/** The row at a height, found by halving; the first or last one beyond the ends. */
export function rowAtHeight(layout: RowLayout, height: number): number {
  let low = 0
  let high = Math.max(0, layout.total - 1)
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (topOf(layout, middle) <= height) low = middle
    else high = middle - 1
  }
  return low
}

/** The part of a list that is in view: its upper edge and its height, in pixels. */
export type View = { readonly top: number; readonly height: number }

/** First and last row in a view, with some more on either side. */
export function rowsInView(
  layout: RowLayout,
  view: View,
  more: number,
): { readonly first: number; readonly last: number } {
  const first = Math.max(0, rowAtHeight(layout, view.top) - more)
  const last = Math.min(layout.total - 1, rowAtHeight(layout, view.top + view.height) + more)
  return { first, last }
}

/** The scroll position that brings a row into view with the least movement. */
export function scrollToShow(layout: RowLayout, view: View, index: number): number {
  const top = topOf(layout, index)
  const bottom = top + heightOf(layout, index)
  if (top - layout.margin < view.top) return Math.max(0, top - layout.margin)
  if (bottom + layout.margin > view.top + view.height) return bottom + layout.margin - view.height
  return view.top
}
