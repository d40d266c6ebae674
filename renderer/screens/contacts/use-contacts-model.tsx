/** The contacts as rows and group headings. */
import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Contact, ContactRow } from '../../../shared/contract.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useSlice, useStores } from '../../components/context.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import type { HeadingMap } from '../../components/list/row-map.ts'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { rowAt, type Windowed } from '../../store/lists/windowed.ts'

/** Where the group headings stand, as text, so that two findings can be compared. */
function findHeadings(list: Windowed<ContactRow>): string {
  const found: string[] = []
  // Only pages that were looked at are here: headings elsewhere become known as somebody scrolls to them.
  for (const [page, rows] of list.pages) {
    for (const [place, row] of rows.entries()) {
      if (row.row === 'group') found.push(`${page * list.pageSize + place}:${row.count}`)
    }
  }
  return found.join(' ')
}

function readHeadings(text: string): HeadingMap {
  const pairs = text === '' ? [] : text.split(' ').map((pair) => pair.split(':').map(Number))
  return new Map(pairs.map(([row = 0, count = 0]) => [row, count]))
}

/** The same object as long as no heading moves, so that nothing is laid out anew. */
function useHeadings(list: Windowed<ContactRow>): HeadingMap {
  const found = useMemo(() => findHeadings(list), [list])
  return useMemo(() => readHeadings(found), [found])
}

function ContactLine({ contact }: { readonly contact: Contact }) {
  return (
    <>
      <Avatar name={contact.name} address={contact.address} />
      <span className="row-text">
        <span className="row-line">
          <span className="row-main">
            {contact.name}
            {contact.nickname !== '' && <span className="font-normal text-muted"> · {contact.nickname}</span>}
          </span>
        </span>
        <span className="row-sub">
          {contact.remark === '' ? contact.address : `${contact.address} · ${contact.remark}`}
        </span>
      </span>
    </>
  )
}

function GroupLine({ name, count }: { readonly name: string; readonly count: number }) {
  const { t, language } = useWords()
  return (
    <div className="row-group h-full">
      <h3 className="truncate">{name === '' ? t('contacts.ungrouped') : name}</h3>
      <span className="font-normal">{formatNumber(language, count)}</span>
    </div>
  )
}

/** The contacts' list for `VirtualList`. */
export function useContactsModel(): ListModel<ContactRow> {
  const { contacts, navigation } = useStores()
  const list = useStore(contacts.list.rows)
  const { matches, selected } = useSlice(contacts)
  const { t } = useWords()
  const headings = useHeadings(list)
  return {
    label: t('contacts.list'),
    total: list.total,
    entries: matches,
    headings,
    rowAt: (index) => rowAt(list, index),
    rowHeight: 3.5,
    headingHeight: 2.25,
    nameOf: (row) =>
      row.row === 'contact' ? t('contacts.name', { name: row.contact.name, address: row.contact.address }) : row.name,
    isCurrent: (row) => row.row === 'contact' && row.contact.address === selected,
    renderRow: (row) => (row.row === 'contact' ? <ContactLine contact={row.contact} /> : null),
    renderHeading: (row) => (row.row === 'group' ? <GroupLine name={row.name} count={row.count} /> : null),
    onOpen: (row) => {
      if (row.row !== 'contact') return
      void contacts.select(row.contact.address)
      navigation.show('contacts')
    },
    need: contacts.list.need,
    waitingName: t('common.loading'),
  }
}
