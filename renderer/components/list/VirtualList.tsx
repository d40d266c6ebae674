/** Long lists of which only the rows on screen are drawn. */
import { type Ref, useEffect, useRef } from 'react'
import type { ListModel } from './list-model.ts'
import { ListRow, placeOf } from './ListRow.tsx'
import { fullHeight, type RowLayout, rowsInView } from './row-layout.ts'
import { type ListHandle, useRoving } from './use-roving.ts'
import { useRem, useRowView } from './use-row-view.ts'

/** Rows drawn beyond the window's edge, so that scrolling does not show bare places. */
const overscan = 8
/** Room above the first and below the last row, in rem. */
const margin = 0.25

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

function Heading<Row>({ model, layout, index }: { model: ListModel<Row>; layout: RowLayout; index: number }) {
  const row = model.rowAt(index)
  return (
    <div className="rows-place" style={placeOf(layout, index)}>
      {row !== undefined && model.renderHeading?.(row)}
    </div>
  )
}

/** A long list: only what is on screen exists, yet assistive technology hears of all of it. One row has the tab stop. */
export function VirtualList<Row>({ model, ref }: { readonly model: ListModel<Row>; readonly ref?: Ref<ListHandle> }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const view = useRowView(scroller)
  const { headings, need, total } = model
  const layout: RowLayout = {
    total,
    headings,
    rowHeight: model.rowHeight * rem,
    headingHeight: model.headingHeight * rem,
    margin: margin * rem,
  }
  const { first, last } = rowsInView(layout, view, overscan)
  // Rows that are not here are asked for by their places; the list draws bars until they come.
  useEffect(() => need(first, last), [need, first, last])
  const rows = range(first, last)
  const drawn = rows.filter((index) => !headings.has(index))
  const rowProps = useRoving(model, { layout, view, drawn, scroller }, ref)
  return (
    <div ref={scroller} className="rows">
      <div className="rows-height" style={{ height: fullHeight(layout) }}>
        {rows
          .filter((index) => headings.has(index))
          .map((index) => (
            <Heading key={index} model={model} layout={layout} index={index} />
          ))}
        <ul aria-label={model.label}>
          {drawn.map((index) => (
            <ListRow key={index} model={model} layout={layout} index={index} rowProps={rowProps(index)} />
          ))}
        </ul>
      </div>
    </div>
  )
}
