/** The dialog before held messages are deleted. */
import { Modal } from '../../components/Modal.tsx'
import { useWords } from '../../i18n/i18n.ts'

type ConfirmProps = {
  /** How many go; none: nothing is asked. */
  readonly count: number | undefined
  readonly address: string
  /** Where it goes. */
  readonly hint: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asked first: what is deleted is gone for every program, not only from this list. */
export function ConfirmDelete({ count, address, hint, onConfirm, onClose }: ConfirmProps) {
  const { t } = useWords()
  return (
    <Modal open={count !== undefined} onClose={onClose} title={t('held.deleteTitle')}>
      <div className="grid gap-4">
        <p className="wrap-anywhere">
          {count === 1 ? t('held.deleteOne') : t('held.deleteMany', { count: count ?? 0, address })}
        </p>
        <p className="text-sm text-muted">{hint}</p>
        <div className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {t('held.cancel')}
          </button>
          <button type="button" className="button button-danger" onClick={onConfirm}>
            {t('held.delete')}
          </button>
        </div>
      </div>
    </Modal>
  )
}
