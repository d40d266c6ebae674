/** The one dialog for a new user: the fields, what it changes, and what lets the user sign in. */
import { type FormEvent, useState } from 'react'
import { useSlice, useStores } from '../../../components/context.tsx'
import { Choice } from '../../../components/form/Choice.tsx'
import { TextField } from '../../../components/form/TextField.tsx'
import { Modal } from '../../../components/Modal.tsx'
import { useWords } from '../../../i18n/i18n.ts'
import { ChangeSteps } from '../ChangeSteps.tsx'
import { Fields, filled, nobody } from './UserForm.tsx'

const gifts = {
  both: ['password', 'enrolment'],
  password: ['password'],
  enrolment: ['enrolment'],
  nothing: [],
} as const
type Gifts = keyof typeof gifts

/** Asks for a new user's login, scope and fields, and goes on in place: what was typed stays until the user is there. */
export function AddUserDialog({ onClose }: { readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { wish } = useSlice(changing)
  const { t } = useWords()
  const [user, setUser] = useState('')
  const [scope, setScope] = useState<'internal' | 'external'>('internal')
  const [fields, setFields] = useState(nobody)
  const [given, setGiven] = useState<Gifts>('both')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const change = { op: 'user.add' as const, user: user.trim(), scope, name: fields.name, ...filled(fields) }
    const title = t('admin.addUserTitle', { name: fields.name })
    void changing.begin({ title, inForm: true, changes: [change], give: gifts[given] })
  }
  const end = () => {
    changing.close()
    onClose()
  }
  return (
    <Modal open onClose={end} title={wish?.title ?? t('admin.addUser')}>
      {wish ? (
        <ChangeSteps onEnd={end} />
      ) : (
        <form className="grid gap-4" onSubmit={submit}>
          <TextField label={t('signIn.user')} hint={t('admin.loginHint')} value={user} onChange={setUser} focusFirst />
          <Choice
            label={t('card.scope')}
            value={scope}
            options={[
              { value: 'internal', label: t('card.internal') },
              { value: 'external', label: t('card.external') },
            ]}
            onChange={setScope}
          />
          <Fields value={fields} onChange={setFields} />
          <Choice
            label={t('access.choose')}
            value={given}
            options={(Object.keys(gifts) as Gifts[]).map((value) => ({ value, label: t(`accessGift.${value}`) }))}
            onChange={setGiven}
          />
          <button type="submit" className="button button-primary justify-self-end">
            {t('admin.next')}
          </button>
        </form>
      )}
    </Modal>
  )
}
