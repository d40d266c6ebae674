/** Actions on one message or on all of its sender, deletion among them. */
import { type ReactNode, useState } from 'react'
import { shownAddress } from '../../../shared/address.ts'
import type { HeldChoice } from '../../../shared/held.ts'
import { Toggle } from '../../components/form/Toggle.tsx'
import { useWords } from '../../i18n/i18n.ts'
import { ConfirmDelete } from './ConfirmDelete.tsx'

type Scope = HeldChoice['scope']

type SenderActionsProps = {
  /** As the message claims. */
  readonly address: string
  /** How many messages claim this sender. */
  readonly ofSender: number
  /** What there is to know before the choice is made. */
  readonly scopeHint?: string
  /** Where what is deleted goes. */
  readonly deleteHint: string
  readonly onDelete: (scope: Scope) => Promise<void>
  /** Beside Delete, for the scope that is chosen. */
  readonly children: (scope: Scope) => ReactNode
}

/** The choice of the scope is offered only where the sender has more messages; a deletion is asked about first. */
export function SenderActions({ address, ofSender, scopeHint, deleteHint, onDelete, children }: SenderActionsProps) {
  const { t } = useWords()
  const [scope, setScope] = useState<Scope>('message')
  const [deleting, setDeleting] = useState(false)
  const confirm = () => {
    setDeleting(false)
    void onDelete(scope)
  }
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap gap-2">
        {children(scope)}
        <button type="button" className="button" onClick={() => setDeleting(true)}>
          {t('held.delete')}
        </button>
      </div>
      {ofSender > 1 && (
        <Toggle
          label={t('held.ofSender', { count: ofSender })}
          {...(scopeHint === undefined ? {} : { hint: scopeHint })}
          checked={scope === 'sender'}
          onChange={(all) => setScope(all ? 'sender' : 'message')}
        />
      )}
      <ConfirmDelete
        count={deleting ? (scope === 'sender' ? ofSender : 1) : undefined}
        address={shownAddress(address)}
        hint={deleteHint}
        onConfirm={confirm}
        onClose={() => setDeleting(false)}
      />
    </div>
  )
}
