/** One message in a conversation's log. */
import { addressIdentity, shownAddress } from '../../../shared/address.ts'
import type { Message, Participant } from '../../../shared/message.ts'
import { useStores } from '../../components/context.tsx'
import { doubtsOf } from '../../components/doubt-words.ts'
import { Icon, type IconName } from '../../components/Icons.tsx'
import { RuleNote } from '../../components/RuleNote.tsx'
import { MessageText } from '../../components/text/MessageText.tsx'
import { deliveryWords, refusalWords } from '../../components/words.ts'
import { formatNames, formatTime } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

const deliveryIcons = {
  waiting: 'clock',
  sending: 'clock',
  sent: 'check',
  delivered: 'twice',
  read: 'twice',
  failed: 'warning',
} as const satisfies Record<string, IconName>

/** How far an own message has come; a failed one with its reason and a way to try again. */
export function DeliveryLine({ message }: { readonly message: Message }) {
  const { conversation, notices } = useStores()
  const { t } = useWords()
  const { delivery } = message
  if (!delivery) return null
  const failed = delivery.step === 'failed'
  const retry = async () => {
    const result = await conversation.retry(message.id)
    if (!result.ok) notices.say({ about: 'failure', failure: result.failure })
  }
  return (
    <span className={`inline-flex flex-wrap items-center gap-1 ${failed ? 'text-danger' : ''}`}>
      <span className={delivery.step === 'read' ? 'text-accent' : ''}>
        <Icon name={deliveryIcons[delivery.step]} size={14} />
      </span>
      <span>{deliveryWords(t, delivery)}</span>
      {delivery.step === 'failed' &&
        delivery.refusals?.map((refusal) => (
          <span key={refusal.address}>
            · {refusalWords(t, refusal)} <RuleNote rule={refusal.rule} />
          </span>
        ))}
      {failed && (
        <button type="button" className="button button-small ms-1" onClick={() => void retry()}>
          {t('common.tryAgain')}
        </button>
      )}
    </span>
  )
}

/** Names the other participants of a message, and says which of them are not listed (I4). */
function Others({ message, self }: { readonly message: Message; readonly self: string }) {
  const { t, language } = useWords()
  // The two who talk are named by the conversation; only others are worth a line.
  const peers = new Set([addressIdentity(self), message.conversation])
  const others = [...message.to, ...message.cc].filter(({ address }) => !peers.has(addressIdentity(address)))
  if (others.length === 0) return null
  const nameOf = (one: Participant) =>
    one.listed ? one.name || one.address : t('talk.notListed', { address: shownAddress(one.address) })
  return <span>{t('talk.also', { names: formatNames(language, others.map(nameOf)) })}</span>
}

/** Leads to Mail, where the mail has its recipients, and can be answered as one. */
function OpenMail({ message }: { readonly message: Message }) {
  const { compose, mail, navigation } = useStores()
  const { t } = useWords()
  const open = () => {
    void compose.putAside()
    void mail.select(message)
    navigation.show('mail')
  }
  return (
    <div className="mt-2">
      <button type="button" className="button button-small" onClick={open}>
        <Icon name="mail" size={15} />
        {t('talk.openMail')}
      </button>
    </div>
  )
}

type TalkLineProps = {
  readonly message: Message
  readonly first: boolean
  readonly last: boolean
  readonly self: string
}

/** Shows a message with its time; `first` and `last` of a block have the outer corners. */
export function TalkLine({ message, first, last, self }: TalkLineProps) {
  const { t, language } = useWords()
  const own = message.direction === 'out'
  const failed = message.delivery?.step === 'failed'
  const subject = message.subject === '' ? t('talk.noSubject') : t('talk.subject', { subject: message.subject })
  return (
    <div className={`line ${own ? 'line-own' : ''} ${first ? 'line-first' : ''}`}>
      <span className="sr-only">
        {own ? t('talk.byYou') : t('talk.by', { name: message.from.name || message.from.address })}
      </span>
      <div className={`bubble ${failed ? 'bubble-failed' : ''}`}>
        {message.kind === 'mail' && <p className="mb-1 text-[0.8125rem] font-semibold">{subject}</p>}
        <MessageText message={message} />
        {message.kind === 'mail' && <OpenMail message={message} />}
      </div>
      <div className="line-foot">
        <Others message={message} self={self} />
        {doubtsOf(t, language, message).map((doubt) => (
          <span key={doubt}>{doubt}</span>
        ))}
        {last && <time dateTime={new Date(message.at).toISOString()}>{formatTime(language, message.at)}</time>}
        {own && <DeliveryLine message={message} />}
      </div>
    </div>
  )
}
