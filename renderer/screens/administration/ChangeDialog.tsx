/** The dialog that shows a change before and after it is carried out. */
import { useSlice, useStores } from '../../components/context.tsx'
import { Modal } from '../../components/Modal.tsx'
import { ChangeSteps } from './ChangeSteps.tsx'

/** For changes that are begun by a button; a form that begins one shows the same steps itself. */
export function ChangeDialog() {
  const { changing } = useStores().administration
  const { wish } = useSlice(changing)
  if (!wish || wish.inForm === true) return null
  return (
    <Modal open onClose={changing.close} title={wish.title}>
      <ChangeSteps />
    </Modal>
  )
}
