/** The contacts, their search, and the card that is open. */
import { createStore } from 'zustand/vanilla'
import type { Contact, ContactRow } from '../../../shared/contract.ts'
import { debounce } from '../../clock.ts'
import { latest } from '../latest.ts'
import type { Ports } from '../ports.ts'
import { createListWindow } from './windowed.ts'

type ContactsState = {
  readonly search: string
  /** Contacts that match, without the headings. */
  readonly matches: number
  readonly selected?: string
  readonly card?: Contact
  /** `gone`: the selected contact is no longer in the list. */
  readonly cardState: 'none' | 'ready' | 'gone'
  /** What stands beside the list. */
  readonly pane: 'card' | 'requests'
}

/** Rows asked for beyond the people wanted, since group headings are rows too. */
const headingRows = 12

/** Whether the row is a contact with an address of its own: a whole domain cannot be written to. */
function isPerson(row: ContactRow): row is Extract<ContactRow, { readonly row: 'contact' }> {
  return row.row === 'contact' && !row.contact.address.startsWith('@')
}

/** Whether the search matches a name or an address, and not only a remark or a group. */
function isCalled({ name, nickname, address }: Contact, search: string): boolean {
  return [name, nickname, address].some((text) => text.toLocaleLowerCase().includes(search.toLocaleLowerCase()))
}

/** A few people who match, for palettes and composers: first those with such a name. */
async function find(ports: Ports, search: string, wanted: number): Promise<readonly Contact[]> {
  const result = await ports.host.call('contacts.query', { search, from: 0, count: wanted + headingRows })
  if (!result.ok) return []
  // A contact in several groups stands in several rows, so people are gathered by id.
  const people = new Map<string, Contact>()
  for (const row of result.value.rows) if (isPerson(row)) people.set(row.contact.id, row.contact)
  const found = [...people.values()]
  const called = found.filter((person) => isCalled(person, search))
  return [...called, ...found.filter((person) => !called.includes(person))].slice(0, wanted)
}

/** Wait after a key while searching: shorter than a keystroke, long enough to gather a burst. */
const searchWait = 60

/** Makes the list of contacts and the state of the card. */
export function createContacts(ports: Ports) {
  const store = createStore<ContactsState>(() => ({ search: '', matches: 0, cardState: 'none', pane: 'card' }))
  const list = createListWindow<ContactRow>(async (from, count) => {
    const result = await ports.host.call('contacts.query', { search: store.getState().search.trim(), from, count })
    if (!result.ok) return result
    store.setState({ matches: result.value.contacts })
    return result
  })
  const ask = debounce(ports.clock, searchWait, () => void list.reload())
  const selection = latest()
  const select = async (address: string) => {
    const isWanted = selection.next()
    store.setState({ selected: address, pane: 'card' })
    const result = await ports.host.call('contacts.get', { address })
    if (!isWanted()) return
    if (result.ok) store.setState({ card: result.value, cardState: 'ready' })
    else store.setState({ cardState: 'gone' })
  }
  return {
    store,
    list,
    select,
    find: (search: string, wanted: number) => find(ports, search, wanted),
    showRequests: () => {
      selection.next()
      const { search, matches } = store.getState()
      store.setState({ search, matches, cardState: 'none', pane: 'requests' }, true)
    },
    search: (search: string) => {
      store.setState({ search })
      ask()
    },
    /** The list moved: rows and card are asked for again. */
    moved: () => {
      void list.reload()
      const { selected } = store.getState()
      if (selected !== undefined) void select(selected)
    },
    clear: () => {
      selection.next()
      store.setState({ search: '', matches: 0, cardState: 'none', pane: 'card' }, true)
    },
  }
}
