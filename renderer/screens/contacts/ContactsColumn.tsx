/** The list of contacts, with search and status. */
import { type RefObject, useRef } from 'react'
import { useStore } from 'zustand'
import { useSlice, useStores } from '../../components/context.tsx'
import { EmptyState, NoMatch } from '../../components/EmptyState.tsx'
import { SearchBox } from '../../components/form/SearchBox.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import type { ListHandle } from '../../components/list/use-roving.ts'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { requestedAddress } from '../../store/recipients.ts'
import { RequestsButton } from '../requests/RequestsButton.tsx'
import { useContactsModel } from './use-contacts-model.tsx'
import { WhitelistStatus } from './WhitelistStatus.tsx'

function Body({ list }: { readonly list: RefObject<ListHandle | null> }) {
  const { contacts, requests } = useStores()
  const rows = useStore(contacts.list.rows)
  const { search } = useSlice(contacts)
  const model = useContactsModel()
  const { t } = useWords()
  if (rows.phase === 'failed' && rows.total === 0) return <ListFailure list={contacts.list} />
  if (rows.total > 0) return <VirtualList model={model} ref={list} />
  if (rows.phase === 'new') return <div className="flex-1" />
  return search.trim() === '' ? (
    <EmptyState icon="contacts" title={t('contacts.empty')} hint={t('contacts.emptyHint')} />
  ) : (
    <NoMatch title={t('contacts.noMatch')} hint={t('contacts.noMatchHint')} onClear={() => contacts.search('')}>
      <button type="button" className="button button-primary" onClick={() => requests.begin(requestedAddress(search))}>
        {t('requests.request')}
      </button>
    </NoMatch>
  )
}

/** Lists the contacts by group, under the list's status and a search box. */
export function ContactsColumn() {
  const { contacts, requests } = useStores()
  const { search } = useSlice(contacts)
  const { t } = useWords()
  const list = useRef<ListHandle>(null)
  return (
    <>
      <header className="bar">
        <h2 className="title">{t('nav.contacts')}</h2>
        <div className="flex items-center gap-1">
          <RequestsButton />
          <IconButton label={t('requests.request')} icon="write" onClick={() => requests.begin()} />
        </div>
      </header>
      <div className="px-5 pb-2">
        <SearchBox
          label={t('contacts.search')}
          value={search}
          onChange={contacts.search}
          onLeave={() => list.current?.focus()}
        />
      </div>
      <Body list={list} />
      <WhitelistStatus />
    </>
  )
}
