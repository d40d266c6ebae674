/** The log of a conversation. */
import { useEffect, useMemo, useRef } from 'react'
import { assertNever } from '../../../shared/rpc.ts'
import { useNow, useSlice, useStores } from '../../components/context.tsx'
import { scrollStop } from '../../components/scroll-stop.ts'
import { formatDay } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { type TalkItem, talkItems } from './talk-items.ts'
import { TalkLine } from './TalkLine.tsx'
import { useLogScroll } from './use-log-scroll.ts'

/** So near to the upper end, older messages are asked for. */
const olderReach = 240
/** How often "today" is looked at again. */
const dayTick = 60_000

function Item({ item, now, self }: { readonly item: TalkItem; readonly now: number; readonly self: string }) {
  const { t, language } = useWords()
  switch (item.item) {
    case 'day':
      return <h3 className="day">{formatDay(language, item.at, now)}</h3>
    case 'new':
      return <p className="day day-new">{t('talk.new')}</p>
    case 'line':
      return <TalkLine message={item.message} first={item.first} last={item.last} self={self} />
    default:
      return assertNever(item)
  }
}

/** Messages count as read once they are on screen while the window has the focus. */
function useSeeing(): void {
  const { conversation } = useStores()
  const { messages } = useSlice(conversation)
  useEffect(() => {
    const see = () => {
      // A message that came while the window was behind others was seen by nobody yet.
      if (document.hasFocus() && messages.length > 0) void conversation.seen()
    }
    see()
    window.addEventListener('focus', see)
    return () => window.removeEventListener('focus', see)
  }, [conversation, messages])
}

/** Shows the messages with their days, asks for older ones in time, and marks what is seen as read. */
export function TalkLog({ self }: { readonly self: string }) {
  const { conversation } = useStores()
  const { messages, firstUnread, more, older, phase } = useSlice(conversation)
  const { t } = useWords()
  const now = useNow(dayTick)
  const log = useRef<HTMLDivElement>(null)
  const scroll = useLogScroll(log, messages)
  const items = useMemo(() => talkItems(messages, firstUnread), [messages, firstUnread])
  useSeeing()
  return (
    <div
      ref={log}
      role="log"
      aria-label={t('talk.log')}
      tabIndex={scrollStop}
      className="log"
      onScroll={(event) => {
        scroll.remember()
        if (more && event.currentTarget.scrollTop < olderReach) void conversation.loadOlder()
      }}
    >
      {older === 'loading' && <p className="day">{t('talk.older')}</p>}
      {phase === 'ready' && messages.length === 0 && <p className="p-8 text-center text-muted">{t('talk.empty')}</p>}
      {items.map((item) => (
        <Item key={item.key} item={item} now={now} self={self} />
      ))}
    </div>
  )
}
