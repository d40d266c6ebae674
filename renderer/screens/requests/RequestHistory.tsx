/** Contact requests that have ended, folded away: what became of each, when, and with whom. */
import { useId } from 'react'
import { addressIdentity, cleanName, shownAddress } from '../../../shared/address.ts'
import type { ContactRequests } from '../../../shared/requests.ts'
import { useStores } from '../../components/context.tsx'
import { formatDate } from '../../i18n/format.ts'
import { type Translate, useWords } from '../../i18n/i18n.ts'
import { RequestItem } from './RequestItem.tsx'

type Ended = {
  readonly id: string
  readonly title: string
  readonly name: string
  readonly address: string
  readonly note: string
  readonly state: 'waiting' | 'linked' | 'declined' | 'withdrawn'
  readonly endedAt: number
}

/** Of both directions, newest first. */
function endedIn(t: Translate, { own, answered }: ContactRequests): readonly Ended[] {
  const asked = own
    .filter(({ state }) => state !== 'waiting')
    .map(({ id, address, note, state, at, endedAt = at }) => {
      const name = shownAddress(address)
      return { id, title: t('requests.askedFor', { name }), name, address, note, state, endedAt }
    })
  const theirs = answered.map(({ id, from, note, state, endedAt }) => {
    const name = cleanName(from.name)
    return { id, title: t('requests.askedYou', { name }), name, address: from.address, note, state, endedAt }
  })
  return [...asked, ...theirs].toSorted((a, b) => b.endedAt - a.endedAt)
}

function EndedItem({ title, name, address, note, state, endedAt }: Ended) {
  const { conversation, navigation } = useStores()
  const { t, language } = useWords()
  const message = () => {
    void conversation.open(addressIdentity(address))
    navigation.show('chats')
  }
  const became = t('requests.ended', { state: t(`requestState.${state}`), date: formatDate(language, endedAt) })
  return (
    <RequestItem name={title} address={address} note={note} state={became}>
      {state === 'linked' && (
        <button
          type="button"
          className="button button-small"
          aria-label={t('requests.messageName', { name })}
          onClick={message}
        >
          {t('requests.message')}
        </button>
      )}
    </RequestItem>
  )
}

/** Nothing where nothing has ended. */
export function RequestHistory({ requests }: { readonly requests: ContactRequests }) {
  const { t } = useWords()
  const id = useId()
  const ended = endedIn(t, requests)
  if (ended.length === 0) return null
  return (
    <details>
      <summary className="cursor-pointer font-semibold" id={id}>
        {t('requests.history')}
      </summary>
      <p className="mt-2 mb-3 text-sm text-muted">{t('requests.historyHint')}</p>
      <ul aria-labelledby={id} className="grid gap-3">
        {ended.map((one) => (
          <EndedItem key={one.id} {...one} />
        ))}
      </ul>
    </details>
  )
}
