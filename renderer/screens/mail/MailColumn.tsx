/** The list of mails, with search, drafts and the button for a new one. */
import { type RefObject, useRef } from 'react'
import { useStore } from 'zustand'
import type { Language } from '../../../shared/language.ts'
import type { Message } from '../../../shared/message.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { EmptyState, NoMatch } from '../../components/EmptyState.tsx'
import { SearchBox } from '../../components/form/SearchBox.tsx'
import { Icon } from '../../components/Icons.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import type { ListHandle } from '../../components/list/use-roving.ts'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { formatNames, formatShort } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import { rowAt } from '../../store/lists/windowed.ts'
import { Drafts } from './Drafts.tsx'

const noHeadings: ReadonlyMap<number, number> = new Map()
const timeTick = 60_000

/** The other side of a mail: who wrote it, or to whom it went. */
function peerOf(t: Translate, language: Language, message: Message): string {
  if (message.direction === 'in') return message.from.name || message.from.address
  const names = message.to.map(({ name, address }) => name || address)
  return t('mail.toName', { name: formatNames(language, names) })
}

function MailLine({ message, now }: { readonly message: Message; readonly now: number }) {
  const { t, language } = useWords()
  const person = message.direction === 'in' ? message.from : (message.to[0] ?? message.from)
  const unread = message.direction === 'in' && !message.read
  return (
    <>
      <Avatar name={person.name} address={person.address} />
      <span className="row-text">
        <span className="row-line">
          <span className="row-main">{peerOf(t, language, message)}</span>
          <span className="row-when">{formatShort(language, message.at, now)}</span>
        </span>
        <span className="row-line items-center">
          <span className={`row-sub ${unread ? 'font-semibold text-ink' : ''}`}>
            {message.subject || t('mail.noSubject')}
          </span>
          {message.delivery?.step === 'failed' && (
            <span className="text-danger">
              <Icon name="warning" size={15} />
            </span>
          )}
          {unread && <span className="size-2 flex-none rounded-full bg-accent" />}
        </span>
      </span>
    </>
  )
}

function useMailModel(): ListModel<Message> {
  const { mail, compose, navigation } = useStores()
  const list = useStore(mail.list.rows)
  const { selected } = useSlice(mail)
  const { step } = useSlice(compose)
  const composing = step === 'editing' || step === 'sending'
  const { t, language } = useWords()
  const now = useNow(timeTick)
  return {
    label: t('mail.list'),
    total: list.total,
    entries: list.total,
    headings: noHeadings,
    rowAt: (index) => rowAt(list, index),
    rowHeight: 4,
    headingHeight: 0,
    nameOf: (message) => {
      const unread = message.direction === 'in' && !message.read
      const facts = { name: peerOf(t, language, message), subject: message.subject || t('mail.noSubject') }
      return unread ? t('mail.unreadItem', facts) : t('mail.item', facts)
    },
    isCurrent: ({ id }) => id === selected && !composing,
    renderRow: (message) => <MailLine message={message} now={now} />,
    onOpen: (message) => {
      // A mail that is being written is kept, and the reader sees what was pressed.
      void compose.putAside()
      void mail.select(message)
      navigation.show('mail')
    },
    need: mail.list.need,
    waitingName: t('common.loading'),
  }
}

function Body({ list }: { readonly list: RefObject<ListHandle | null> }) {
  const { mail } = useStores()
  const rows = useStore(mail.list.rows)
  const { search } = useSlice(mail)
  const model = useMailModel()
  const { t } = useWords()
  if (rows.phase === 'failed' && rows.total === 0) return <ListFailure list={mail.list} />
  if (rows.total > 0) return <VirtualList model={model} ref={list} />
  if (rows.phase === 'new') return <div className="flex-1" />
  return search.trim() === '' ? (
    <EmptyState icon="mail" title={t('mail.empty')} hint={t('mail.emptyHint')} />
  ) : (
    <NoMatch title={t('mail.noMatch')} hint={t('mail.noMatchHint')} onClear={() => mail.search('')} />
  )
}

function ComposeButton() {
  const { compose, navigation } = useStores()
  const { t } = useWords()
  const begin = () => {
    void compose.start({})
    navigation.show('mail')
  }
  return (
    <button type="button" className="button" onClick={begin}>
      <Icon name="write" size={18} />
      {t('mail.compose')}
    </button>
  )
}

/** Lists what was begun and the mails, newest first. */
export function MailColumn() {
  const { mail } = useStores()
  const { search } = useSlice(mail)
  const { t } = useWords()
  const list = useRef<ListHandle>(null)
  return (
    <>
      <header className="bar">
        <h2 className="title">{t('nav.mail')}</h2>
        <ComposeButton />
      </header>
      <div className="px-5 pb-2">
        <SearchBox
          label={t('mail.search')}
          value={search}
          onChange={mail.search}
          onLeave={() => list.current?.focus()}
        />
      </div>
      <Drafts />
      <Body list={list} />
    </>
  )
}
