/** What is said of a message beside what it says itself. */
import type { Language } from '../../shared/language.ts'
import type { Message } from '../../shared/message.ts'
import { formatMoment } from '../i18n/format.ts'
import type { Translate } from '../i18n/i18n.ts'

/** What the proof of a message leaves open, and what looks as if it was sent on (I4, I8, I11). */
export function doubtsOf(t: Translate, language: Language, message: Message): readonly string[] {
  const { claimedRecipients, notAddressed, writtenAt, simplified, at } = message
  const moment = (time: number) => formatMoment(language, time)
  return [
    ...(claimedRecipients ? [t('talk.claimedRecipients')] : []),
    ...(notAddressed ? [t('talk.notAddressed')] : []),
    ...(writtenAt === undefined ? [] : [t('talk.written', { written: moment(writtenAt), arrived: moment(at) })]),
    ...(simplified ? [t('talk.simplified')] : []),
  ]
}
