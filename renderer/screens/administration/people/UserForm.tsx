/** The forms that add a user and change one. */
import { type FormEvent, useState } from 'react'
import type { AdminUser } from '../../../../shared/administration/readings.ts'
import { useStores } from '../../../components/context.tsx'
import { Choice } from '../../../components/form/Choice.tsx'
import { TextField } from '../../../components/form/TextField.tsx'
import { Modal } from '../../../components/Modal.tsx'
import { useWords } from '../../../i18n/i18n.ts'

type PersonFields = {
  readonly name: string
  readonly address: string
  readonly department: string
  readonly sponsor: string
  /** `YYYY-MM-DD`, or `never`. */
  readonly expires: string
}

/** The day of a time as `YYYY-MM-DD`; empty without one. */
export function dayOf(expires: number | undefined): string {
  return expires === undefined ? '' : new Date(expires).toISOString().slice(0, 10)
}

const nobody: PersonFields = { name: '', address: '', department: '', sponsor: '', expires: '' }

function fieldsOf({ name, address, department = '', sponsor = '', expires }: AdminUser): PersonFields {
  return { name, address, department, sponsor, expires: dayOf(expires) }
}

type FieldsProps = { readonly value: PersonFields; readonly onChange: (value: PersonFields) => void }

function Fields({ value, onChange }: FieldsProps) {
  const { t } = useWords()
  const set = (name: keyof PersonFields) => (text: string) => onChange({ ...value, [name]: text })
  return (
    <>
      <TextField label={t('admin.name')} value={value.name} onChange={set('name')} />
      <TextField
        label={t('card.address')}
        hint={t('admin.addressHint')}
        value={value.address}
        onChange={set('address')}
        optional
      />
      <TextField label={t('admin.department')} value={value.department} onChange={set('department')} optional />
      <TextField
        label={t('admin.sponsor')}
        hint={t('admin.sponsorHint')}
        value={value.sponsor}
        onChange={set('sponsor')}
        optional
      />
      <TextField
        label={t('card.expires')}
        hint={t('admin.expiresHint')}
        type="date"
        value={value.expires}
        onChange={set('expires')}
        optional
      />
    </>
  )
}

/** Only what was filled in. */
function filled(fields: PersonFields): Partial<PersonFields> {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''))
}

/** Asks for a new user's login, scope and fields. */
export function AddUserDialog({ onClose }: { readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [user, setUser] = useState('')
  const [scope, setScope] = useState<'internal' | 'external'>('internal')
  const [fields, setFields] = useState(nobody)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    const change = { op: 'user.add' as const, user: user.trim(), scope, name: fields.name, ...filled(fields) }
    void changing.begin({ title: t('admin.addUserTitle', { name: fields.name }), changes: [change] })
  }
  return (
    <Modal open onClose={onClose} title={t('admin.addUser')}>
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
        <p className="text-sm text-muted">{t('access.later')}</p>
        <button type="submit" className="button button-primary justify-self-end">
          {t('admin.next')}
        </button>
      </form>
    </Modal>
  )
}

/** Only what is different. */
function changesOf(user: AdminUser, fields: PersonFields): Partial<PersonFields> {
  // Only differences are sent, so that a field that somebody else has changed meanwhile stays as it is.
  const before = fieldsOf(user)
  const names = Object.keys(before) as (keyof PersonFields)[]
  const changed = names.filter((name) => before[name] !== fields[name])
  return Object.fromEntries(
    changed.map((name) => [name, name === 'expires' && fields.expires === '' ? 'never' : fields[name]]),
  )
}

/** Asks for other fields of a user; what stays as it is is not sent. */
export function EditUserDialog({ user, onClose }: { readonly user: AdminUser; readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [fields, setFields] = useState(() => fieldsOf(user))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    const changes = changesOf(user, fields)
    if (Object.keys(changes).length === 0) return
    const title = t('admin.editUserTitle', { name: user.name })
    void changing.begin({ title, changes: [{ op: 'user.set', user: user.user, changes }] })
  }
  return (
    <Modal open onClose={onClose} title={t('admin.editUserTitle', { name: user.name })}>
      <form className="grid gap-4" onSubmit={submit}>
        <Fields value={fields} onChange={setFields} />
        <button type="submit" className="button button-primary justify-self-end">
          {t('admin.next')}
        </button>
      </form>
    </Modal>
  )
}
