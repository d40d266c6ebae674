/** What people call the things that answers of the administration mention by their ids. */
import { createStore } from 'zustand/vanilla'
import type { AdminAskName } from '../../../shared/administration.ts'
import { maxNames, mentionsIn, type Name } from '../../../shared/administration/names.ts'
import type { Ports } from '../ports.ts'

/** By ids such as `user:alice`. */
export type Names = ReadonlyMap<string, Name>

type NamesState = { readonly names: Names }

/** Answers that show ids; others tell the names beside them. */
const naming: ReadonlySet<AdminAskName> = new Set<AdminAskName>([
  'admin.user',
  'admin.contacts',
  'admin.why',
  'admin.rules',
  'admin.audit',
  'admin.proposals',
  'admin.requests',
  'admin.releases',
  'admin.change',
  'admin.undo',
  'admin.decide',
])

/** Learns names before an answer is shown, so that no id flashes up; a name that cannot be had leaves the id. */
export function createNames({ host }: Ports) {
  const store = createStore<NamesState>(() => ({ names: new Map() }))
  return {
    store,
    learn: async (name: AdminAskName, answer: unknown) => {
      if (!naming.has(name)) return
      const ids = [...mentionsIn(answer)]
      for (let from = 0; from < ids.length; from += maxNames) {
        const result = await host.call('admin.names', { ids: ids.slice(from, from + maxNames) })
        if (!result.ok) return
        // Asked each time: somebody may be called otherwise by now.
        const learned = result.value.names.map((one) => [one.id, one] as const)
        store.setState(({ names }) => ({ names: new Map([...names, ...learned]) }))
      }
    },
    clear: () => store.setState({ names: new Map() }),
  }
}
