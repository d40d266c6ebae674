/** The way out of Held for somebody whom the user wants to hear from: a contact request. */
import { addressKey } from '../../../shared/address.ts'
import type { HeldMessage } from '../../../shared/held.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { formatDate } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

/**
 * Reasons for which a request helps. A contact whose message is not proven is listed already; a look-alike is asked for by
 * nobody who only pressed a button; where From names no one there is nobody to ask for.
 */
const askable: ReadonlySet<HeldMessage['reason']> = new Set(['notListed', 'expired'])

/** The key of whom a request would be for; undefined where none helps. */
function askedKey({ reason, claimedAddress }: Claim): string | undefined {
  return askable.has(reason) ? addressKey(claimedAddress) : undefined
}

type Claim = Pick<HeldMessage, 'reason' | 'claimedAddress'>

/** Asks for the sender as a contact, or says that this was done. Nothing where a request would not help. */
export function AskSender({ held }: { readonly held: Claim }) {
  const { contacts, navigation, requests } = useStores()
  const { own } = useSlice(requests).requests
  const { t, language } = useWords()
  const key = askedKey(held)
  if (key === undefined) return null
  const asked = own.find(({ address, state }) => state === 'waiting' && addressKey(address) === key)
  if (!asked) {
    return (
      <button type="button" className="button button-primary" onClick={() => requests.begin(held.claimedAddress)}>
        {t('requests.request')}
      </button>
    )
  }
  const show = () => {
    contacts.showRequests()
    navigation.show('contacts')
    void requests.load()
  }
  return (
    <p className="flex basis-full flex-wrap items-center gap-x-3 gap-y-2">
      {t('held.asked', { date: formatDate(language, asked.at) })}
      <button type="button" className="button button-small" onClick={show}>
        {t('held.showRequests')}
      </button>
    </p>
  )
}
