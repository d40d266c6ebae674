/** The list of one user, with the reason for each contact. */
import { type FormEvent, useRef, useState } from 'react'
import type { AdminContact, AdminUser } from '../../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../../components/context.tsx'
import { Facts } from '../../../components/Facts.tsx'
import { SearchBox } from '../../../components/form/SearchBox.tsx'
import { TextField } from '../../../components/form/TextField.tsx'
import type { ListHandle } from '../../../components/list/use-roving.ts'
import { Modal } from '../../../components/Modal.tsx'
import { formatDate } from '../../../i18n/format.ts'
import { type Translate, useWords } from '../../../i18n/i18n.ts'
import type { May } from '../../session.ts'
import { AdminList } from '../AdminList.tsx'
import { type Naming, useNaming } from '../naming.ts'
import { dayOf } from './UserForm.tsx'

type ContactFields = { readonly name: string; readonly remark: string; readonly expires: string }
type Editing = { readonly user: AdminUser; readonly contact?: AdminContact; readonly onClose: () => void }

/** A contact of the user's own: a new one, or other fields for one that is there. */
function ContactForm({ user, contact, onClose }: Editing) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const before: ContactFields = contact
    ? { name: contact.name, remark: contact.remark ?? '', expires: dayOf(contact.expires) }
    : { name: '', remark: '', expires: '' }
  const [address, setAddress] = useState('')
  const [fields, setFields] = useState(before)
  const set = (name: keyof ContactFields) => (text: string) => setFields({ ...fields, [name]: text })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    // Only what was changed is sent: two administrators who edit different fields do not undo each other.
    const names = (Object.keys(before) as (keyof ContactFields)[]).filter((name) => fields[name] !== before[name])
    const texts = Object.fromEntries(
      names.map((name) => [name, name === 'expires' && fields.expires === '' ? 'never' : fields[name]]),
    )
    if (contact && names.length === 0) return
    const title = t(contact ? 'admin.editContactTitle' : 'admin.addContactTitle', {
      name: fields.name,
      user: user.name,
    })
    const change = contact
      ? { op: 'contact.set' as const, user: user.user, address: contact.address, changes: texts }
      : {
          op: 'contact.add' as const,
          user: user.user,
          contact: { address: address.trim(), name: fields.name, ...texts },
        }
    void changing.begin({ title, changes: [change] })
  }
  return (
    <form className="grid gap-4" onSubmit={submit}>
      {!contact && <TextField label={t('card.address')} value={address} onChange={setAddress} focusFirst />}
      <TextField label={t('admin.name')} value={fields.name} onChange={set('name')} />
      <TextField label={t('card.remark')} value={fields.remark} onChange={set('remark')} optional />
      <TextField label={t('card.expires')} type="date" value={fields.expires} onChange={set('expires')} optional />
      <button type="submit" className="button button-primary justify-self-end">
        {t('admin.next')}
      </button>
    </form>
  )
}

function becauseWords(t: Translate, naming: Naming, contact: AdminContact): string {
  const words = contact.admitted.map(naming.admission).join(' · ')
  return contact.denied ? t('common.and', { first: t('admin.denied'), second: words }) : words
}

function Contact({ user, contact, may, onClose }: Editing & { readonly contact: AdminContact; readonly may: May }) {
  const { administration } = useStores()
  const { changing } = administration
  const { t, language } = useWords()
  const naming = useNaming()
  const ask = () => {
    onClose()
    administration.askWhy({ user: user.user, address: contact.address })
  }
  const remove = () => {
    onClose()
    const title = t('admin.removeContactTitle', { name: contact.name, user: user.name })
    void changing.begin({ title, changes: [{ op: 'contact.remove', user: user.user, address: contact.address }] })
  }
  // An entry of this list alone has a source; a shared card comes from a rule, and is changed there.
  const isOwn = contact.source !== undefined
  const expires = contact.expires === undefined ? t('card.noExpiry') : formatDate(language, contact.expires)
  return (
    <div className="grid gap-5">
      <Facts
        facts={[
          { term: t('card.address'), text: contact.address },
          { term: t('card.expires'), text: expires },
          { term: t('admin.because'), text: becauseWords(t, naming, contact) },
        ]}
      />
      <button type="button" className="button justify-self-start" onClick={ask}>
        {t(contact.denied ? 'whose.notInList' : 'whose.inList', { name: contact.name, user: user.name })}
      </button>
      {isOwn && may.operate && (
        <>
          <ContactForm user={user} contact={contact} onClose={onClose} />
          <button type="button" className="button button-danger justify-self-start" onClick={remove}>
            {t('admin.removeContact')}
          </button>
        </>
      )}
      {!isOwn && <p className="text-sm text-muted">{t('admin.byRule')}</p>}
    </div>
  )
}

/** Lists the user's contacts, own and shared, and lets whoever may change the own ones. */
export function UserContacts({ user, may }: { readonly user: AdminUser; readonly may: May }) {
  const { people } = useStores().administration
  const { contactSearch } = useSlice(people)
  const { t } = useWords()
  const naming = useNaming()
  const list = useRef<ListHandle>(null)
  const [shown, setShown] = useState<AdminContact | 'new'>()
  const close = () => setShown(undefined)
  return (
    <>
      <div className="tools">
        <SearchBox
          label={t('contacts.search')}
          value={contactSearch}
          onChange={people.searchContacts}
          onLeave={() => list.current?.focus()}
        />
        {may.operate && (
          <button type="button" className="button" onClick={() => setShown('new')}>
            {t('admin.addContact')}
          </button>
        )}
      </div>
      <AdminList
        list={people.contacts}
        ref={list}
        line={{
          label: t('admin.contactsOf', { name: user.name }),
          empty: t('contacts.empty'),
          main: ({ name }) => name,
          sub: (contact) => t('common.and', { first: contact.address, second: becauseWords(t, naming, contact) }),
          onOpen: setShown,
        }}
      />
      {shown === 'new' && (
        <Modal open onClose={close} title={t('admin.addContact')}>
          <ContactForm user={user} onClose={close} />
        </Modal>
      )}
      {shown !== undefined && shown !== 'new' && (
        <Modal open onClose={close} title={shown.name}>
          <Contact user={user} contact={shown} may={may} onClose={close} />
        </Modal>
      )}
    </>
  )
}
