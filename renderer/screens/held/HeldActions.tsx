/** What the user does with the held message on screen, or with all of its sender. */
import { useState } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { HeldChoice, HeldMessage } from '../../../shared/held.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { Toggle } from '../../components/form/Toggle.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { AskSender } from './AskSender.tsx'
import { ConfirmDelete } from './ConfirmDelete.tsx'

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
  const [scope, setScope] = useState<HeldChoice['scope']>('message')
  const [deleting, setDeleting] = useState(false)
  const putAway = usePutAway()
  const count = scope === 'sender' ? ofSender : 1
  const confirm = () => {
    setDeleting(false)
    void putAway('delete', scope)
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        <AskSender held={message} />
        <button type="button" className="button" onClick={() => void putAway('dismiss', scope)}>
          {t('held.dismiss')}
        </button>
        <button type="button" className="button" onClick={() => setDeleting(true)}>
          {t('held.delete')}
        </button>
      </div>
      {ofSender > 1 && (
        <Toggle
          label={t('held.ofSender', { count: ofSender })}
          hint={t('held.ofSenderHint')}
          checked={scope === 'sender'}
          onChange={(all) => setScope(all ? 'sender' : 'message')}
        />
      )}
      <ConfirmDelete
        count={deleting ? count : undefined}
        address={shownAddress(message.claimedAddress)}
        hint={t('held.deleteHint')}
        onConfirm={confirm}
        onClose={() => setDeleting(false)}
      />
    </div>
  )
}
