/** What the user does with a message that lies on the server, beside asking for it. */
import { useStore } from 'zustand'
import type { HeldChoice } from '../../../shared/held.ts'
import type { KeptMessage } from '../../../shared/quarantine.ts'
import { useStores } from '../../components/context.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { AskSender } from './AskSender.tsx'
import { SenderActions } from './SenderActions.tsx'

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
  const remove = async (scope: HeldChoice['scope']) => {
    const count = await held.deleteKept(scope)
    if (count === undefined) return
    notices.say({ about: 'deleted', count })
    navigation.back()
  }
  return (
    <SenderActions
      address={kept.claimedAddress}
      ofSender={ofSender}
      deleteHint={t('held.deleteKeptHint')}
      onDelete={remove}
    >
      {() => kept.state === 'kept' && <AskSender held={kept} />}
    </SenderActions>
  )
}
