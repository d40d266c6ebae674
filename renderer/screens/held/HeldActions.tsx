/** What the user does with the held message on screen, or with all of its sender. */
import type { HeldChoice, HeldMessage } from '../../../shared/held.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { AskSender } from './AskSender.tsx'
import { SenderActions } from './SenderActions.tsx'

/** Puts the selected message away, tells of it, and leads back to the list. */
function usePutAway() {
  const { held, navigation, notices } = useStores()
  return async (away: 'dismiss' | 'delete', scope: HeldChoice['scope']) => {
    const done = await held.put(away, scope)
    if (!done) return
    const { count, choice } = done
    notices.say(away === 'delete' ? { about: 'deleted', count } : { about: 'dismissed', count, choice })
    navigation.back()
  }
}

/** The actions on a held message; those of its whole sender where there are more of them. */
export function HeldActions({ message }: { readonly message: HeldMessage }) {
  const { ofSender = 0 } = useSlice(useStores().held)
  const { t } = useWords()
  const putAway = usePutAway()
  return (
    <SenderActions
      address={message.claimedAddress}
      ofSender={ofSender}
      scopeHint={t('held.ofSenderHint')}
      deleteHint={t('held.deleteHint')}
      onDelete={(scope) => putAway('delete', scope)}
    >
      {(scope) => (
        <>
          <AskSender held={message} />
          <button type="button" className="button" onClick={() => void putAway('dismiss', scope)}>
            {t('held.dismiss')}
          </button>
        </>
      )}
    </SenderActions>
  )
}
