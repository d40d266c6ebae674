/** The card of one contact, or of a whole domain. */
import { addressIdentity } from '../../../shared/address.ts'
import type { Contact } from '../../../shared/contract.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Facts } from '../../components/Facts.tsx'
import { useKeyLabel } from '../../components/keys/use-deeds.ts'
import { formatDate, formatNames } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import { RequestsPane } from '../requests/RequestsPane.tsx'

function proofWords(t: Translate, proof: string): string {
  const [kind, value = ''] = proof.split(/:(.*)/su)
  if (kind === 'login') return t('card.proofLogin')
  if (kind === 'dmarc') return t('card.proofDmarc')
  if (kind === 'dkim') return t('card.proofDkim', { domain: value })
  return t('card.proofKey')
}

function useFacts(contact: Contact) {
  const { t, language } = useWords()
  const { nickname, address, remark, groups, scope, proof, expiresAt, since } = contact
  return [
    { term: t('card.nickname'), text: nickname },
    { term: t('card.address'), text: address },
    { term: t('card.remark'), text: remark },
    { term: t('card.groups'), text: formatNames(language, groups) },
    { term: t('card.scope'), text: t(`card.${scope}`) },
    { term: t('card.proof'), text: proofWords(t, proof) },
    { term: t('card.expires'), text: expiresAt === undefined ? t('card.noExpiry') : formatDate(language, expiresAt) },
    { term: t('card.since'), text: formatDate(language, since) },
  ].filter(({ text }) => text !== '')
}

function Actions({ contact }: { readonly contact: Contact }) {
  const { conversation, compose, navigation } = useStores()
  const { t } = useWords()
  return (
    <div className="flex flex-wrap gap-2">
      <button
        type="button"
        className="button button-primary"
        onClick={() => {
          void conversation.open(addressIdentity(contact.address))
          navigation.show('chats')
        }}
      >
        {t('contacts.message')}
      </button>
      <button
        type="button"
        className="button"
        onClick={() => {
          void compose.start({ to: [contact] })
          navigation.show('mail')
        }}
      >
        {t('contacts.mail')}
      </button>
    </div>
  )
}

/** The card of an entry that lists everybody at a domain. */
function isDomain({ address }: Contact): boolean {
  return address.startsWith('@')
}

function Card({ contact }: { readonly contact: Contact }) {
  const facts = useFacts(contact)
  const { t } = useWords()
  return (
    <div className="page-scroll">
      <article className="measure grid gap-7" aria-label={contact.name}>
        <div className="flex flex-wrap items-center gap-5">
          <Avatar name={contact.name} address={contact.address} size="large" />
          <div className="grid flex-[1_1_12rem] gap-3">
            <h2 className="text-2xl font-semibold tracking-tight wrap-anywhere">{contact.name}</h2>
            {isDomain(contact) ? <p>{t('card.domain')}</p> : <Actions contact={contact} />}
          </div>
        </div>
        <Facts facts={facts} />
      </article>
    </div>
  )
}

/** Shows the chosen contact with every attribute, and leads to message and mail; in its place the requests. */
export function ContactCard() {
  const { card, cardState, pane } = useSlice(useStores().contacts)
  const { t } = useWords()
  const key = useKeyLabel('palette')
  if (pane === 'requests') return <RequestsPane />
  return (
    <>
      <DetailBar />
      {cardState === 'ready' && card && <Card contact={card} />}
      {cardState === 'gone' && <EmptyState icon="held" title={t('contacts.gone')} hint={t('contacts.goneHint')} />}
      {cardState === 'none' && (
        <EmptyState icon="contacts" title={t('contacts.choose')} hint={t('contacts.chooseHint', { key })} />
      )}
    </>
  )
}
