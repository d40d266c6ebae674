/** Which changes add an address that looks like a known one (guard.md I9): told to whoever adds it, never a reason to refuse. */
import type { Change } from '../../../shared/administration/change.ts'
import { faultText } from '../../import/diff.ts'
import { lookalikeWarnings } from '../../import/lookalikes.ts'
import { entryFromText } from '../../lists/changes.ts'
import { readAddress } from '../../lists/contact.ts'
import { contentsOf } from '../../lists/contents.ts'
import { loadOrganisation, type Organisation } from '../../organisation/organisation.ts'
import type { Store } from '../../store/store.ts'
import type { Desk } from './operation.ts'

/** `index`: of the change. */
type Lookalike = { readonly index: number; readonly why: string }

/** New contacts are compared with every account and with what their user sees, new users with every account. */
export function lookalikesOf(
  { store, config }: Pick<Desk, 'store' | 'config'>,
  changes: readonly Change[],
): Promise<readonly Lookalike[]> {
  const newcomers = changes.flatMap((change, index) => newcomerIn(change, index, config.domain) ?? [])
  if (newcomers.length === 0) return Promise.resolve([])
  return store.snapshot(async (inside) => {
    const organisation = await loadOrganisation(inside)
    const found: Lookalike[] = []
    for (const [user, some] of Map.groupBy(newcomers, (one) => one.user)) {
      const known = await knownTo(inside, organisation, user)
      // The same address there is the same person.
      const fresh = some.flatMap((one) => {
        const read = readAddress(one.address, config.policy.unicode)
        return read.ok && !known.has(read.value.key) ? [{ ...one, externalId: read.value.key }] : []
      })
      for (const { line = 0, why } of lookalikeWarnings(fresh, [...known.values()]))
        found.push({ index: line, why: faultText({ why }) })
    }
    return found
  })
}

type Known = { readonly name: string; readonly address: string }

async function knownTo(
  inside: Store,
  organisation: Organisation,
  user: string | undefined,
): Promise<ReadonlyMap<string, Known>> {
  const known = new Map([...organisation.people.values()].map(({ key, name, address }) => [key, { name, address }]))
  const list = user === undefined ? undefined : await inside.lists.ofUser(user)
  for (const { key, json } of list ? await contentsOf(inside, list, organisation) : []) {
    const { n: name, m: address } = entryFromText(json)
    known.set(key, { name, address })
  }
  return known
}

/** `line`: the change's index, as an import's row has its line. */
function newcomerIn(change: Change, line: number, domain: string) {
  if (change.op === 'contact.add') {
    const { name, address } = change.contact
    return { line, user: change.user, name, address }
  }
  if (change.op !== 'user.add') return undefined
  return { line, user: undefined, name: change.name, address: change.address ?? `${change.user}@${domain}` }
}
