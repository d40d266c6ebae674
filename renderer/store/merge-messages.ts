/** Joins a conversation's newest messages with those that are here. */
import type { Message } from '../../shared/message.ts'

type MessagePage = { readonly messages: readonly Message[]; readonly more: boolean }

/**
 * Puts the newest window over what is here. Older messages stay; if the two do not touch, something between them
 * is missing, and only the window stays.
 */
export function mergeNewest(old: MessagePage, newest: MessagePage): MessagePage {
  const ids = new Set(newest.messages.map(({ id }) => id))
  const older = old.messages.filter(({ id }) => !ids.has(id))
  const touching = older.length < old.messages.length
  if (old.messages.length > 0 && !touching && newest.more) return newest
  return { messages: [...older, ...newest.messages], more: older.length > 0 ? old.more : newest.more }
}
