import type { Contact, ContactRow } from '../../shared/contract.ts'

function haystack({ name, nickname, address, remark, groups }: Contact): string {
  return [name, nickname, address, remark, ...groups].join('\n').toLowerCase()
}

function rowsOf(contacts: readonly Contact[]): ContactRow[] {
  const groups = new Map<string, Contact[]>()
  for (const contact of contacts) {
    const [group = ''] = contact.groups
    const members = groups.get(group)
    if (members) members.push(contact)
    else groups.set(group, [contact])
  }
  const rows: ContactRow[] = []
  for (const [name, members] of [...groups].toSorted(([a], [b]) => a.localeCompare(b))) {
    rows.push({ row: 'group', name, count: members.length })
    for (const contact of members) rows.push({ row: 'contact', contact })
  }
  return rows
}

/** The list as the engine would serve it: rows made once, found again for each search. */
export function createFakeContacts(initial: readonly Contact[]) {
  let contacts = [...initial]
  let rows = rowsOf(contacts)
  let revision = 1
  let found: { readonly search: string; readonly rows: readonly ContactRow[]; readonly contacts: number } | undefined
  const search = (text: string) => {
    const wanted = text.toLowerCase()
    if (found?.search !== wanted) {
      const matching = wanted === '' ? contacts : contacts.filter((contact) => haystack(contact).includes(wanted))
      found = { search: wanted, rows: wanted === '' ? rows : rowsOf(matching), contacts: matching.length }
    }
    return found
  }
  return {
    query: (text: string, from: number, count: number) => {
      const answer = search(text)
      const { rows: all, contacts: matching } = answer
      return { total: all.length, contacts: matching, revision, rows: all.slice(from, from + count) }
    },
    get: (address: string) => contacts.find((contact) => contact.address.toLowerCase() === address.toLowerCase()),
    change: (next: (before: readonly Contact[]) => readonly Contact[]) => {
      contacts = [...next(contacts)]
      rows = rowsOf(contacts)
      found = undefined
      revision++
      return revision
    },
    count: () => contacts.length,
  }
}
