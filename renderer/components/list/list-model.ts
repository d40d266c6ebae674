/** What a long list needs to know of its rows. */
import type { ReactNode } from 'react'
import type { HeadingMap } from './row-map.ts'

/** What a list shows, and what happens with it. */
export type ListModel<Row> = {
  readonly label: string
  /** Rows of both kinds: entries and headings. */
  readonly total: number
  /** Entries alone. */
  readonly entries: number
  readonly headings: HeadingMap
  readonly rowAt: (index: number) => Row | undefined
  /** Heights in rem, so that they grow with the text. */
  readonly rowHeight: number
  readonly headingHeight: number
  /** The accessible name of an entry. */
  readonly nameOf: (row: Row) => string
  readonly isCurrent: (row: Row) => boolean
  readonly renderRow: (row: Row) => ReactNode
  readonly renderHeading?: (row: Row) => ReactNode
  readonly onOpen: (row: Row) => void
  readonly need: (first: number, last: number) => void
  /** The name of a row that has not come yet. */
  readonly waitingName: string
}
