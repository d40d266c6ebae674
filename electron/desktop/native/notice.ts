/** Which notification a new message, or news of a contact request, makes, if any. Pure: what the system shows is notifications.ts. */
import type { z } from 'zod'
import { addressIdentity, cleanAddressText, cleanName, shownAddress } from '../../../shared/address.ts'
import { contract, type Settings } from '../../../shared/contract.ts'
import type { EventEnvelope } from '../../../shared/rpc.ts'
import { notificationBody, notificationTitle } from '../../../shared/text/notification.ts'
import type { NativeWords } from './words.ts'

/** What a notification says, and where a click on it leads. */
export type Notice = {
  readonly title: string
  readonly body: string
  /** What a click opens; undefined opens the window as it is. */
  readonly conversation: string | undefined
}

/** What decides whether an event makes a notification, and with which words. */
export type NoticeFacts = {
  readonly settings: Pick<Settings, 'notifications' | 'notificationText'>
  readonly focused: boolean
  /** Messages that arrived within the last moments, this one included. */
  readonly recent: number
  readonly words: NativeWords
  /** Whoever shows notifications here reads markup in them. */
  readonly markup: boolean
}

/** A burst (after a night off-line) is one notification with a number, not a hundred. */
const mostAtOnce = 3
/** Most characters of a message that a notification shows. */
const longestBody = 200
const longestTitle = 200

/** The notification that an event makes; `undefined` where it makes none. */
export function noticeOf({ name, value }: EventEnvelope, facts: NoticeFacts): Notice | undefined {
  return name === 'request.arrived' ? requestNotice(value, facts) : messageNotice(value, facts)
}

/** Whoever asks is no contact yet: the address stands beside the name (A4). */
function requestNotice(value: unknown, { settings, focused, recent, words }: NoticeFacts): Notice | undefined {
  const read = contract.events['request.arrived'].safeParse(value)
  if (!read.success || !settings.notifications || focused || recent > mostAtOnce) return undefined
  const { what, name, address } = read.data
  const who = shownAddress(cleanAddressText(address))
  // An own request goes by its address, somebody else's by their name.
  const linked = name === '' ? words.requestLinked : words.requestApproved
  const body = { asked: words.requestAsked, linked, declined: words.requestDeclined }[what]
  const title = notificationTitle(name === '' ? who : `${cleanName(name)} (${who})`, longestTitle)
  return { title, body, conversation: what === 'linked' ? addressIdentity(address) : undefined }
}

function messageNotice(value: unknown, facts: NoticeFacts): Notice | undefined {
  const arrived: z.ZodSafeParseResult<{ conversation: string; name: string; text: string }> =
    contract.events['message.arrived'].safeParse(value)
  // Whoever looks at the window sees it there.
  if (!arrived.success || !facts.settings.notifications || facts.focused) return undefined
  if (facts.recent > mostAtOnce)
    return { title: 'Kith', body: facts.words.newMessages(facts.recent), conversation: undefined }
  const { conversation, name, text } = arrived.data
  const { settings, words, markup } = facts
  const body = settings.notificationText ? notificationBody(text, longestBody, markup) : words.newMessage
  return { title: notificationTitle(name, longestTitle), body, conversation }
}
