/** Words for what the guard and the mail server decided about a message. */
import { shownAddress } from '../../shared/address.ts'
import type { Conversation } from '../../shared/contract.ts'
import type { HeldMessage } from '../../shared/held.ts'
import type { Delivery } from '../../shared/message.ts'
import type { Translate } from '../i18n/i18n.ts'

/** The guard's reasons for refusing a recipient (guard.md O1, O7, A2). */
export const refusalReasons = [
  'malformed',
  'notListed',
  'expired',
  'closed',
  'leaseOver',
  'noList',
  'noRecipients',
  'tooMany',
] as const
type RefusalReason = (typeof refusalReasons)[number]

function isRefusalReason(reason: string): reason is RefusalReason {
  return (refusalReasons as readonly string[]).includes(reason)
}

type Refusal = { readonly address: string; readonly reason: string }

/** Why one recipient is refused, and what to do; the rule's number is a note beside it. */
export function refusalWords(t: Translate, refusal: Refusal): string {
  // A reason that this version has no words for, such as the mail server's, is shown as it came.
  const reason = isRefusalReason(refusal.reason) ? t(`refusal.${refusal.reason}`) : refusal.reason
  return refusal.address === '' ? reason : t('compose.refused', { address: shownAddress(refusal.address), reason })
}

type HeldWhy = Pick<HeldMessage, 'reason' | 'claimedAddress' | 'contactName' | 'contactAddress'>

/** The rule that held a message, in plain words. */
export function heldWords(t: Translate, held: HeldWhy): string {
  const contact = [held.contactName, held.contactAddress].find((text) => text) ?? shownAddress(held.claimedAddress)
  return t(`heldReason.${held.reason}`, { contact })
}

/** How far an own message has come, in words. */
export function deliveryWords(t: Translate, delivery: Delivery): string {
  if (delivery.step !== 'failed') return t(`delivery.${delivery.step}`)
  return t('delivery.failed', { reason: t(`sendFailure.${delivery.reason}`) })
}

/** Why nothing can be written in a conversation; undefined while one can. */
export function closedWords(t: Translate, conversation: Conversation, sendingOff: boolean): string | undefined {
  const { open, closed = 'unknown', name, address } = conversation
  if (open && !sendingOff) return undefined
  return t(`closed.${open ? 'upgrade' : closed}`, { name: name || address })
}
