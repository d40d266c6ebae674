/** Whom a new address looks like (guard.md I9): told to whoever adds it, and never a reason to refuse. */
import { faultText } from '../import/diff.ts'
import { lookalikeWarnings } from '../import/lookalikes.ts'
import { entryFromText } from '../lists/changes.ts'
import { readAddress } from '../lists/contact.ts'
import { contentsOf } from '../lists/contents.ts'
import { loadOrganisation } from '../organisation/organisation.ts'
import type { Store } from '../store/store.ts'

type Newcomer = { readonly name: string; readonly address: string; readonly line?: number }

/** Compared with every account, and with what `user` sees; the same address there is the same person. */
export function resembling(
  store: Store,
  newcomers: readonly Newcomer[],
  { user, unicode }: { readonly user?: string; readonly unicode: boolean },
): Promise<readonly string[]> {
  return store.snapshot(async (inside) => {
    const organisation = await loadOrganisation(inside)
    const known = new Map([...organisation.people.values()].map(({ key, name, address }) => [key, { name, address }]))
    const list = user === undefined ? undefined : await inside.lists.ofUser(user)
    for (const { key, json } of list ? await contentsOf(inside, list, organisation) : []) {
      const { n: name, m: address } = entryFromText(json)
      known.set(key, { name, address })
    }
    const fresh = newcomers.flatMap((one) => {
      const read = readAddress(one.address, unicode)
      return read.ok && !known.has(read.value.key) ? [{ ...one, externalId: read.value.key }] : []
    })
    return lookalikeWarnings(fresh, [...known.values()]).map(faultText)
  })
}
