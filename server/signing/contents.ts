/** On the server: what lists hold now, for a signing machine that has signed nothing that leads to them. */
import { contentsOf } from '../lists/contents.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'
import type { ListRow } from '../store/tables.ts'
import { type ListTexts, pack } from './bundle.ts'

/** `bundle` has as many lists as `rows`, in the same order. */
type ToldContents = { readonly rows: readonly ListRow[]; readonly bundle: Uint8Array }

/** Characters of different entries in one answer; a longer list goes alone. */
const maxLength = 16 * 1024 * 1024

/** The first of these lists, as many as fit. A list that is not there is left out. */
export function tellContents(store: Store, lists: readonly string[]): Promise<ToldContents> {
  return store.snapshot(async (inside) => {
    const organisation = await loadOrganisation(inside)
    const rows: ListRow[] = []
    const texts: ListTexts[] = []
    const told = new Set<string>()
    let length = 0
    for (const list of lists) {
      const row = await inside.lists.get(list)
      if (!row) continue
      const put = (await contentsOf(inside, row, organisation)).map(({ json }) => json)
      for (const json of put) {
        if (!told.has(json)) length += json.length
        told.add(json)
      }
      // Shared entries count once, as the bundle has them once. The signing machine asks again for the lists left
      // out.
      if (length > maxLength && rows.length > 0) break
      rows.push(row)
      texts.push({ gone: [], put })
    }
    return { rows, bundle: pack(texts) }
  })
}
