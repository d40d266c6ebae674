/** The list of conversations. */
import { useStore } from 'zustand'
import type { Conversation } from '../../../shared/contract.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { Icon } from '../../components/Icons.tsx'
import type { ListModel } from '../../components/list/list-model.ts'
import { ListFailure } from '../../components/list/ListFailure.tsx'
import { VirtualList } from '../../components/list/VirtualList.tsx'
import { formatNumber, formatShort } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { rowAt } from '../../store/lists/windowed.ts'

const noHeadings: ReadonlyMap<number, number> = new Map()
/** How often the times in the list are looked at again. */
const timeTick = 60_000

function useLastWords(): (conversation: Conversation) => string {
  const { t } = useWords()
  return ({ last }) => {
    if (!last) return ''
    return last.direction === 'out' ? t('chats.you', { text: last.text }) : last.text
  }
}

/** Unread mail counts at Mail. */
function unreadChat({ unread, unreadMail = 0 }: Conversation): number {
  return unread - unreadMail
}

function ChatLine({ chat, now }: { readonly chat: Conversation; readonly now: number }) {
  const { t, language } = useWords()
  const last = useLastWords()(chat)
  const unread = unreadChat(chat)
  return (
    <>
      <Avatar name={chat.name} address={chat.address} />
      <span className="row-text">
        <span className="row-line">
          <span className="row-main">{chat.name || chat.address}</span>
          {chat.last && <span className="row-when">{formatShort(language, chat.last.at, now)}</span>}
        </span>
        <span className="row-line items-center">
          <span className={`row-sub ${unread > 0 ? 'font-medium text-ink' : ''}`}>{last || chat.address}</span>
          {!chat.open && (
            <span className="text-muted" title={t('chats.closed')}>
              <Icon name="lock" size={15} />
            </span>
          )}
          {unread > 0 && <span className="badge">{formatNumber(language, unread)}</span>}
        </span>
      </span>
    </>
  )
}

function useChatsModel(): ListModel<Conversation> {
  const { chats, conversation, navigation } = useStores()
  const list = useStore(chats.list.rows)
  const { id } = useSlice(conversation)
  const { t } = useWords()
  const now = useNow(timeTick)
  const last = useLastWords()
  return {
    label: t('chats.list'),
    total: list.total,
    entries: list.total,
    headings: noHeadings,
    rowAt: (index) => rowAt(list, index),
    rowHeight: 4,
    headingHeight: 0,
    nameOf: (chat) =>
      [
        t('contacts.name', { name: chat.name, address: chat.address }),
        unreadChat(chat) > 0 ? t('nav.unread', { count: unreadChat(chat) }) : '',
        chat.open ? '' : t('chats.closed'),
        last(chat),
      ]
        .filter((text) => text !== '')
        .join(', '),
    isCurrent: (chat) => chat.id === id,
    renderRow: (chat) => <ChatLine chat={chat} now={now} />,
    onOpen: (chat) => {
      void conversation.open(chat.id)
      navigation.show('chats')
    },
    need: chats.list.need,
    waitingName: t('common.loading'),
  }
}

function Body() {
  const { chats, navigation } = useStores()
  const rows = useStore(chats.list.rows)
  const model = useChatsModel()
  const { t } = useWords()
  if (rows.phase === 'failed' && rows.total === 0) return <ListFailure list={chats.list} />
  if (rows.total > 0) return <VirtualList model={model} />
  if (rows.phase === 'new') return <div className="flex-1" />
  return (
    <EmptyState icon="chats" title={t('chats.empty')} hint={t('chats.emptyHint')}>
      <button type="button" className="button mt-2" onClick={() => navigation.go('contacts')}>
        {t('chats.openContacts')}
      </button>
    </EmptyState>
  )
}

/** Lists the conversations, newest first, with what was said last. */
export function ChatsColumn() {
  const { navigation } = useStores()
  const { t } = useWords()
  return (
    <>
      <header className="bar">
        <h2 className="title">{t('nav.chats')}</h2>
        <IconButton label={t('chats.new')} icon="write" onClick={() => navigation.setPalette('open')} />
      </header>
      <Body />
    </>
  )
}
