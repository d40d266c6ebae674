/** The frame of every dialog. */
import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { useWords } from '../i18n/i18n.ts'
import { Icon } from './Icons.tsx'
import { scrollStop } from './scroll-stop.ts'

type ModalProps = {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** It holds text alone: the keyboard needs a place from which to scroll it. */
  readonly reading?: true
  readonly children: ReactNode
}

/** A dialog over the page; Escape, the backdrop and the cross close it. */
export function Modal({ open, onClose, title, reading, children }: ModalProps) {
  const { t } = useWords()
  return (
    <Dialog.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="dialog-backdrop" />
        <Dialog.Popup className="dialog">
          <header className="bar bar-line">
            <Dialog.Title className="title">{title}</Dialog.Title>
            <Dialog.Close className="button button-quiet button-icon" aria-label={t('common.close')}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          <div className="page-scroll p-5" tabIndex={reading && scrollStop}>
            {children}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
