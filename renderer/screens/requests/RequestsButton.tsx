/** The button above the contacts that opens the requests. */
import { useSlice, useStores } from '../../components/context.tsx'
import { formatNumber } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'

/** Leads from the contacts to the requests; tells how many wait. */
export function RequestsButton() {
  const { contacts, navigation, requests } = useStores()
  const { pane } = useSlice(contacts)
  const { waiting } = useSlice(requests)
  const { t, language } = useWords()
  return (
    <button
      type="button"
      className="button button-small"
      aria-current={pane === 'requests' ? 'page' : undefined}
      onClick={() => {
        contacts.showRequests()
        navigation.show('contacts')
        void requests.load()
      }}
    >
      {t('requests.title')}
      {waiting > 0 && (
        <span className="badge" title={t('requests.waiting', { count: waiting })}>
          {formatNumber(language, waiting)}
        </span>
      )}
    </button>
  )
}
