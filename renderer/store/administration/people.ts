/** The users and the one that was chosen. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AdminContact, AdminDevice, AdminUser } from '../../../shared/administration/readings.ts'
import type { Failure } from '../../../shared/rpc.ts'
import { debounce } from '../../clock.ts'
import { latest } from '../latest.ts'
import { createListWindow } from '../lists/windowed.ts'
import type { Ports } from '../ports.ts'
import type { Asking } from './asking.ts'

type PeopleState = {
  readonly search: string
  readonly contactSearch: string
  /** Login of the user on screen. */
  readonly selected?: string
  readonly detail?: {
    readonly user: AdminUser
    readonly devices: readonly AdminDevice[]
  }
  readonly view: 'account' | 'contacts'
  readonly failure?: Failure
}

const searchWait = 100
const beginning: PeopleState = { search: '', contactSearch: '', view: 'account' }

/** The users, and the contacts of the one on screen. */
function createLists(store: StoreApi<PeopleState>, ask: Asking) {
  const list = createListWindow<AdminUser>(async (from, count) => {
    const result = await ask('admin.users', { search: store.getState().search.trim(), from, count })
    if (!result.ok) return result
    return { ok: true, value: { total: result.value.total, rows: result.value.users } }
  })
  const contacts = createListWindow<AdminContact>(async (from, count) => {
    const { selected = '', contactSearch } = store.getState()
    if (selected === '') return { ok: true, value: { total: 0, rows: [] } }
    const result = await ask('admin.contacts', {
      user: selected,
      search: contactSearch.trim(),
      from,
      count,
      screen: true,
    })
    if (!result.ok) return result
    return { ok: true, value: { total: result.value.total, rows: result.value.contacts } }
  })
  return { list, contacts }
}

/** Makes the state of the users and the chosen one. */
export function createPeople({ clock }: Ports, ask: Asking) {
  const store = createStore<PeopleState>(() => beginning)
  const { list, contacts } = createLists(store, ask)
  const askUsers = debounce(clock, searchWait, () => void list.reload())
  const askContacts = debounce(clock, searchWait, () => void contacts.reload())
  const selection = latest()
  const load = async () => {
    const { selected } = store.getState()
    if (selected === undefined) return
    const isWanted = selection.same()
    const result = await ask('admin.user', { user: selected })
    // Somebody else was chosen meanwhile: this answer would show under the wrong name.
    if (!isWanted()) return
    if (result.ok) store.setState({ detail: result.value })
    else store.setState({ failure: result.failure })
  }
  return {
    store,
    list,
    contacts,
    search: (search: string) => {
      store.setState({ search })
      askUsers()
    },
    searchContacts: (contactSearch: string) => {
      store.setState({ contactSearch })
      askContacts()
    },
    select: (selected: string) => {
      selection.next()
      const { search } = store.getState()
      store.setState({ ...beginning, search, selected }, true)
      contacts.empty()
      void load()
      void contacts.reload()
    },
    show: (view: PeopleState['view']) => store.setState({ view }),
    back: () => {
      selection.next()
      store.setState({ ...beginning, search: store.getState().search }, true)
    },
    /** Something was changed: what is on screen is asked for again. */
    reload: () => {
      void list.reload()
      void load()
      if (store.getState().selected !== undefined) void contacts.reload()
    },
    clear: () => {
      selection.next()
      store.setState(beginning, true)
      list.empty()
      contacts.empty()
    },
  }
}
