import { createStore } from 'zustand/vanilla'
import type { Ports } from '../ports.ts'
import { makeAccess } from './access.ts'
import { makeAsking } from './asking.ts'
import { makeChanging } from './changing.ts'
import { makeControl } from './control.ts'
import { makeKeys } from './keys.ts'
import { makeOpening } from './opening.ts'
import { makeOrganisation } from './organisation.ts'
import { makePeople } from './people.ts'

export const adminTabs = ['overview', 'users', 'groups', 'rules', 'proposals', 'audit', 'why', 'keys'] as const
export type AdminTab = (typeof adminTabs)[number]

/** What those with a role see and do. */
export function makeAdministration(ports: Ports) {
  const store = createStore<{ readonly tab: AdminTab }>(() => ({ tab: 'overview' }))
  const reload = () => {
    const { tab } = store.getState()
    if (tab === 'users') people.reload()
    else if (tab === 'proposals' || tab === 'audit') control.reload()
    else if (tab === 'keys') void keys.load()
    else organisation.reload()
  }
  const opening = makeOpening(ports, reload)
  const ask = makeAsking(ports, () => void opening.load())
  const people = makePeople(ports, ask)
  const organisation = makeOrganisation(ports, ask)
  const control = makeControl(ports, ask)
  const keys = makeKeys(ask)
  const changing = makeChanging(ask, reload)
  const access = makeAccess(ask, reload)
  return {
    store,
    opening,
    people,
    organisation,
    control,
    keys,
    changing,
    access,
    show: (tab: AdminTab) => {
      store.setState({ tab })
      reload()
    },
    /** The section comes on screen. */
    enter: async () => {
      await opening.load()
      if (opening.store.getState().state?.step === 'open') reload()
    },
    /** Nothing of it stays in the page's memory. */
    clear: () => {
      store.setState({ tab: 'overview' })
      for (const slice of [opening, people, organisation, control, keys]) slice.clear()
      changing.close()
      access.close()
    },
  }
}
