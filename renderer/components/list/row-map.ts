/** Where headings lie between the entries of a list that is only partly known. */

/** Where headings stand in a list of which only windows are known: a heading tells its count, and so the next one's place. */
export type HeadingMap = ReadonlyMap<number, number>

/** Rows of headings among the rows before `index`, as far as they are known. */
export function headingsBefore(headings: HeadingMap, index: number): number {
  // There are few headings, groups of a list, so a walk over all of them costs less than an index.
  let before = 0
  for (const row of headings.keys()) if (row < index) before++
  return before
}

type EntryCount = { readonly headings: HeadingMap; readonly total: number; readonly entries: number }

/**
 * The place of an entry among the entries, from 1. Headings that nobody has seen yet may stand on one side of it, so
 * it is counted from the nearer end, where everything has been seen.
 */
export function positionOf({ headings, total, entries }: EntryCount, index: number): number {
  const before = headingsBefore(headings, index)
  const fromStart = index + 1 - before
  const allSeen = headings.size === total - entries
  if (allSeen || index < total / 2) return fromStart
  const rowsAfter = total - 1 - index
  return entries - (rowsAfter - (headings.size - before))
}

/** The next row that is an entry, going from `index` in one direction; the same row when there is none. */
function nextEntry(headings: HeadingMap, index: number, step: { readonly by: 1 | -1; readonly total: number }): number {
  let row = index + step.by
  while (headings.has(row)) row += step.by
  return row < 0 || row >= step.total ? index : row
}

/** The nearest row to `index` that is an entry, going towards the side that was moved to. */
export function entryNear(headings: HeadingMap, index: number, total: number): number {
  const row = Math.min(Math.max(index, 0), Math.max(total - 1, 0))
  if (!headings.has(row)) return row
  const after = nextEntry(headings, row, { by: 1, total })
  return after === row ? nextEntry(headings, row, { by: -1, total }) : after
}

/** Where a key leads from a row; undefined for keys that do not move. */
export function moveByKey(
  key: string,
  row: number,
  list: { readonly headings: HeadingMap; readonly total: number; readonly page: number },
): number | undefined {
  const { headings, total, page } = list
  switch (key) {
    case 'ArrowDown':
      return nextEntry(headings, row, { by: 1, total })
    case 'ArrowUp':
      return nextEntry(headings, row, { by: -1, total })
    case 'Home':
      return entryNear(headings, 0, total)
    case 'End':
      return entryNear(headings, total - 1, total)
    case 'PageDown':
      return entryNear(headings, row + page, total)
    case 'PageUp':
      return entryNear(headings, row - page, total)
    default:
      return undefined
  }
}
