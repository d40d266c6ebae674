/** What the user does with a message that lies on the server, beside asking for it. */
import { useState } from 'react'
import { useStore } from 'zustand'
import { shownAddress } from '../../../shared/address.ts'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import { useStores } from '../../components/context.tsx'
import { Toggle } from '../../components/form/Toggle.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { AskSender } from './AskSender.tsx'
import { ConfirmDelete } from './ConfirmDelete.tsx'

/** How many of those that are here claim this sender; where none is claimed each stands for itself. */
function useOfSender({ claimedAddress }: KeptMessage): number {
  const { pages } = useStore(useStores().held.keptList.rows)
  if (claimedAddress === '') return 1
  return [...pages.values()].flat().filter((one) => one.claimedAddress === claimedAddress).length
}

/** A request for its sender, and its end. To dismiss it would change nothing: it is not in the mailbox. */
export function KeptActions({ kept }: { readonly kept: KeptMessage }) {
  const { held, navigation, notices } = useStores()
  const { t } = useWords()
  const ofSender = useOfSender(kept)
  const [scope, setScope] = useState<'message' | 'sender'>('message')
  const [deleting, setDeleting] = useState(false)
  const confirm = async () => {
    setDeleting(false)
    const count = await held.deleteKept(scope)
    if (count === undefined) return
    notices.say({ about: 'deleted', count })
    navigation.back()
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        {kept.state === 'kept' && <AskSender held={kept} />}
        <button type="button" className="button" onClick={() => setDeleting(true)}>
          {t('held.delete')}
        </button>
      </div>
      {ofSender > 1 && (
        <Toggle
          label={t('held.ofSender', { count: ofSender })}
          checked={scope === 'sender'}
          onChange={(all) => setScope(all ? 'sender' : 'message')}
        />
      )}
      <ConfirmDelete
        count={deleting ? (scope === 'sender' ? ofSender : 1) : undefined}
        address={shownAddress(kept.claimedAddress)}
        hint={t('held.deleteKeptHint')}
        onConfirm={() => void confirm()}
        onClose={() => setDeleting(false)}
      />
    </div>
  )
}
