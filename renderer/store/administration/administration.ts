/** The administration's state, composed of its parts. */
import { createStore } from 'zustand/vanilla'
import type { Ports } from '../ports.ts'
import { createAccess } from './access.ts'
import { createAsking } from './asking.ts'
import { createChanging } from './changing.ts'
import { createControl } from './control.ts'
import { createKeys } from './keys.ts'
import { createNames } from './names.ts'
import { createOpening } from './opening.ts'
import { createOrganisation, type Question } from './organisation.ts'
import { createPeople } from './people.ts'

/** The tabs of the administration, in the order shown. */
export const adminTabs = [
  'overview',
  'users',
  'groups',
  'rules',
  'policy',
  'proposals',
  'audit',
  'why',
  'keys',
] as const
/** One of them, by the name that its words have too. */
export type AdminTab = (typeof adminTabs)[number]

/** What those with a role see and do. */
export function createAdministration(ports: Ports) {
  const store = createStore<{ readonly tab: AdminTab }>(() => ({ tab: 'overview' }))
  // Only what is on screen: each answer is a question to the server.
  const reload = () => {
    const { tab } = store.getState()
    if (tab === 'users') people.reload()
    else if (tab === 'proposals' || tab === 'audit') control.reload()
    else if (tab === 'keys') void keys.load()
    else organisation.reload()
  }
  const opening = createOpening(ports, reload)
  const names = createNames(ports)
  const ask = createAsking(ports, names.learn, () => void opening.load())
  const people = createPeople(ports, ask)
  const organisation = createOrganisation(ports, ask)
  const control = createControl(ports, ask)
  const keys = createKeys(ask)
  const changing = createChanging(ask, reload)
  const access = createAccess(ask, reload)
  const show = (tab: AdminTab) => {
    if (tab !== 'why') organisation.ask(undefined)
    store.setState({ tab })
    reload()
  }
  return {
    store,
    names,
    opening,
    people,
    organisation,
    control,
    keys,
    changing,
    access,
    show,
    /** Why an address is in somebody's list: on the tab for that, answered at once where the address is known. */
    askWhy: (question: Question) => {
      organisation.ask(question)
      show('why')
      if (question.address !== undefined) void organisation.explain(question.user, question.address)
    },
    /** The section comes on screen. */
    enter: async () => {
      await opening.load()
      if (opening.store.getState().state?.step === 'open') reload()
    },
    /** Nothing of it stays in the page's memory. */
    clear: () => {
      store.setState({ tab: 'overview' })
      for (const slice of [opening, names, people, organisation, control, keys]) slice.clear()
      changing.close()
      access.close()
    },
  }
}
