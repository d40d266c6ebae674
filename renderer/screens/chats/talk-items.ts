/** What a conversation's log shows, in order. */
import type { Message } from '../../../shared/message.ts'
import { daysBetween } from '../../i18n/format.ts'

/** Messages further apart than this begin a new block. */
const blockGap = 5 * 60_000

/** What may stand in the log. `key` is React's: it stays with its item when older ones come in above. */
export type TalkItem =
  | { readonly item: 'day'; readonly key: string; readonly at: number }
  | { readonly item: 'new'; readonly key: string }
  /** `first`, `last`: of a block of lines by the same side. */
  | {
      readonly item: 'line'
      readonly key: string
      readonly message: Message
      readonly first: boolean
      readonly last: boolean
    }

function sameBlock(a: Message | undefined, b: Message | undefined): boolean {
  if (!a || !b || a.direction !== b.direction || a.from.address !== b.from.address) return false
  // A block does not go over midnight: the separator of the new day stands between.
  return b.at - a.at < blockGap && daysBetween(a.at, b.at) === 0
}

/** The log's items in order: separators of days, the mark of the first unread one, and the lines. */
export function talkItems(messages: readonly Message[], firstUnread: string | undefined): readonly TalkItem[] {
  const items: TalkItem[] = []
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1]
    if (!before || daysBetween(before.at, message.at) !== 0) {
      items.push({ item: 'day', key: `day ${message.id}`, at: message.at })
    }
    const isFirstUnread = message.id === firstUnread
    if (isFirstUnread) items.push({ item: 'new', key: 'new' })
    items.push({
      item: 'line',
      key: message.id,
      message,
      first: isFirstUnread || !sameBlock(before, message),
      last: !sameBlock(message, messages[index + 1]),
    })
  }
  return items
}
