/** One drawn row of a long list. */
import type { ListModel } from './list-model.ts'
import { heightOf, type RowLayout, topOf } from './row-layout.ts'
import { positionOf } from './row-map.ts'
import type { RowProps } from './use-roving.ts'

type ListRowProps<Row> = {
  readonly model: ListModel<Row>
  readonly layout: RowLayout
  readonly index: number
  readonly rowProps: RowProps
}

/** Where a row stands; React sets it through CSSOM, which the policy allows. */
export function placeOf(layout: RowLayout, index: number) {
  return { height: heightOf(layout, index), transform: `translateY(${topOf(layout, index)}px)` }
}

function Blank() {
  return (
    <span className="row-text" aria-hidden="true">
      <span className="row-blank w-2/5" />
      <span className="row-blank w-3/5" />
    </span>
  )
}

/** Draws a row at its place, or bare bars while it has not come yet. */
export function ListRow<Row>({ model, layout, index, rowProps }: ListRowProps<Row>) {
  const row = model.rowAt(index)
  // A reader of the screen hears "3 of 100,000", although only a few rows exist.
  const position = positionOf(model, index)
  return (
    <li
      className="rows-place row"
      style={placeOf(layout, index)}
      aria-label={row === undefined ? model.waitingName : model.nameOf(row)}
      aria-setsize={model.entries}
      aria-posinset={position}
      aria-current={row !== undefined && model.isCurrent(row) ? 'true' : undefined}
      aria-busy={row === undefined ? true : undefined}
      {...rowProps}
    >
      {row === undefined ? <Blank /> : model.renderRow(row)}
    </li>
  )
}
