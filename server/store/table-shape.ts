/** How a table is described as data, whatever the dialect. */

/** `counter`: counts by itself and is the key; a number is never given twice. */
export type ColumnKind = 'text' | 'number' | 'bytes' | 'counter'

/** Enough to create a table in either dialect and to copy its rows; typed, so that a column cannot be forgotten. */
export type TableShape<Row> = {
  readonly columns: { readonly [C in keyof Row & string]: ColumnKind }
  /** The primary key, in this order: copies and checks go through a table by it. */
  readonly key: readonly (keyof Row & string)[]
  readonly unique?: readonly (keyof Row & string)[]
  /** Each an index over one column. */
  readonly indexes?: readonly (keyof Row & string)[]
  /** Columns that hold the `id` of another table's row; `cascade`: and go with it. */
  readonly references?: { readonly [C in keyof Row & string]?: { readonly table: string; readonly cascade?: boolean } }
  /** What rows get that were there before the column; without: empty, or 0. */
  readonly defaults?: { readonly [C in keyof Row & string]?: string | number }
}
