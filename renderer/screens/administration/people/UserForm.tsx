/** The fields of a person, and the form that changes a user. */
import { type FormEvent, useState } from 'react'
import type { AdminUser } from '../../../../shared/administration/readings.ts'
import { useStores } from '../../../components/context.tsx'
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

/** Nothing typed yet. */
export const nobody: PersonFields = { name: '', address: '', department: '', sponsor: '', expires: '' }

function fieldsOf({ name, address, department = '', sponsor = '', expires }: AdminUser): PersonFields {
  return { name, address, department, sponsor, expires: dayOf(expires) }
}

type FieldsProps = { readonly value: PersonFields; readonly onChange: (value: PersonFields) => void }

/** The boxes for them. */
export function Fields({ value, onChange }: FieldsProps) {
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
export function filled(fields: PersonFields): Partial<PersonFields> {
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''))
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
