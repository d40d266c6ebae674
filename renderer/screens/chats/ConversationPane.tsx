/** One conversation: its head, its log and its composer. */
import { useStore } from 'zustand'
import type { Conversation } from '../../../shared/contract.ts'
import { Avatar } from '../../components/Avatar.tsx'
import { useSlice, useStores } from '../../components/context.tsx'
import { DetailBar } from '../../components/DetailBar.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { failureWords } from '../../components/FailureText.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { useKeyLabel } from '../../components/keys/use-deeds.ts'
import { useWords } from '../../i18n/i18n.ts'
import type { Ready } from '../session.ts'
import { Composer } from './Composer.tsx'
import { TalkLog } from './TalkLog.tsx'

function Header({ conversation }: { readonly conversation: Conversation }) {
  const { contacts, navigation } = useStores()
  const { t } = useWords()
  const { name, address } = conversation
  return (
    <DetailBar>
      <Avatar name={name} address={address} />
      <div className="grid min-w-0 flex-1">
        <h2 className="truncate leading-tight font-semibold">{name || address}</h2>
        <p className="truncate text-[0.8125rem] text-muted">{address}</p>
      </div>
      <IconButton
        label={t('talk.details')}
        icon="info"
        onClick={() => {
          void contacts.select(address)
          navigation.show('contacts')
        }}
      />
    </DetailBar>
  )
}

function Nothing() {
  const { conversation, chats } = useStores()
  const { phase, failure } = useSlice(conversation)
  const { total } = useStore(chats.list.rows)
  const { t } = useWords()
  const key = useKeyLabel('palette')
  if (phase === 'failed' && failure) {
    return <EmptyState icon="warning" title={t('common.loadFailed')} hint={failureWords(t, failure)} />
  }
  if (phase === 'loading' || total === 0) return null
  return <EmptyState icon="chats" title={t('chats.choose')} hint={t('chats.chooseHint', { key })} />
}

/** Shows the open conversation; before one is open, says so. */
export function ConversationPane({ session }: { readonly session: Ready }) {
  const { id, conversation } = useSlice(useStores().conversation)
  if (id === undefined || !conversation) {
    return (
      <>
        <DetailBar />
        <Nothing />
      </>
    )
  }
  return (
    <>
      <Header conversation={conversation} />
      <TalkLog key={id} self={session.address} />
      <Composer key={`composer ${id}`} conversation={conversation} sendingOff={session.sendingOff === 'upgrade'} />
    </>
  )
}
