/** How a table is described as data, whatever the dialect. */

/** `counter`: counts by itself and is the key; a number is never given twice. */
export type ColumnKind = 'text' | 'number' | 'bytes' | 'counter'

export type TableShape<Row> = {
  readonly columns: { readonly [C in keyof Row & string]: ColumnKind }
  readonly key: readonly (keyof Row & string)[]
  readonly unique?: readonly (keyof Row & string)[]
  /** Each an index over one column. */
  readonly indexes?: readonly (keyof Row & string)[]
  /** Columns that hold the `id` of another table's row; `cascade`: and go with it. */
  readonly references?: { readonly [C in keyof Row & string]?: { readonly table: string; readonly cascade?: boolean } }
  /** What rows get that were there before the column; without: empty, or 0. */
  readonly defaults?: { readonly [C in keyof Row & string]?: string | number }
}
