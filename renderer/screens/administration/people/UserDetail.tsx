/** One user: account, access, role, groups, devices and contacts. */
import { useState } from 'react'
import { roleSchema } from '../../../../shared/administration/change.ts'
import type { AdminUser } from '../../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../../components/context.tsx'
import { Facts } from '../../../components/Facts.tsx'
import { FailureText } from '../../../components/FailureText.tsx'
import { Choice } from '../../../components/form/Choice.tsx'
import { IconButton } from '../../../components/IconButton.tsx'
import { Note } from '../../../components/Note.tsx'
import { scrollStop } from '../../../components/scroll-stop.ts'
import { formatDate, formatNames } from '../../../i18n/format.ts'
import { useWords } from '../../../i18n/i18n.ts'
import type { May } from '../../session.ts'
import { Section } from '../../settings/Section.tsx'
import { useNaming } from '../naming.ts'
import { UserContacts } from './UserContacts.tsx'
import { UserDevices } from './UserDevices.tsx'
import { EditUserDialog } from './UserForm.tsx'

type OfUser = { readonly user: AdminUser; readonly may: May }

function AccountFacts({ user }: { readonly user: AdminUser }) {
  const { t, language } = useWords()
  const naming = useNaming()
  const none = t('admin.none')
  return (
    <Facts
      facts={[
        { term: t('signIn.user'), text: user.user },
        { term: t('card.address'), text: user.address },
        { term: t('card.scope'), text: t(`card.${user.scope}`) },
        { term: t('admin.state'), text: t(user.state === 'active' ? 'admin.active' : 'admin.disabled') },
        { term: t('admin.department'), text: user.department || none },
        { term: t('admin.sponsor'), text: user.sponsor ? naming.personAt(user.sponsor) : none },
        {
          term: t('card.expires'),
          text: user.expires === undefined ? t('card.noExpiry') : formatDate(language, user.expires),
        },
        {
          term: t('adminTab.groups'),
          text: user.groups.length === 0 ? none : formatNames(language, user.groups.map(naming.group)),
        },
        { term: t('admin.role'), text: t(`adminRole.${user.role}`) },
      ]}
    />
  )
}

/** A new password ends the user's sessions: one's own would end before it was read. */
function AccessButtons({ user }: { readonly user: AdminUser }) {
  const { access } = useStores().administration
  const { session } = useSlice(useStores().session)
  const { t } = useWords()
  const isOwn = session?.step === 'ready' && session.user === user.user
  const { name } = user
  return (
    <>
      {!isOwn && (
        <button
          type="button"
          className="button"
          onClick={() =>
            access.begin({ user: user.user, title: t('access.passwordTitle', { name }), give: 'password' })
          }
        >
          {t('access.password')}
        </button>
      )}
      {user.state === 'active' && (
        <button
          type="button"
          className="button"
          onClick={() =>
            access.begin({ user: user.user, title: t('access.enrolmentTitle', { name }), give: 'enrolment' })
          }
        >
          {t('access.enrolment')}
        </button>
      )}
    </>
  )
}

function AccountButtons({ user }: { readonly user: AdminUser }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [editing, setEditing] = useState(false)
  const { name } = user
  const isActive = user.state === 'active'
  const toggle = () =>
    changing.begin({
      title: t(isActive ? 'admin.disableTitle' : 'admin.enableTitle', { name }),
      ...(isActive && { warning: t('admin.disableWarning', { name }) }),
      changes: [{ op: isActive ? 'user.disable' : 'user.enable', user: user.user }],
    })
  return (
    <div className="flex flex-wrap gap-2">
      <button type="button" className="button" onClick={() => setEditing(true)}>
        {t('admin.edit')}
      </button>
      <AccessButtons user={user} />
      <button type="button" className={`button ${isActive ? 'button-danger' : ''}`} onClick={() => void toggle()}>
        {t(isActive ? 'admin.disable' : 'admin.enable')}
      </button>
      {editing && <EditUserDialog user={user} onClose={() => setEditing(false)} />}
    </div>
  )
}

function RoleChoice({ user }: { readonly user: AdminUser }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const options = roleSchema.options.map((value) => ({ value, label: t(`adminRole.${value}`) }))
  return (
    <Section title={t('admin.role')}>
      <Choice
        label={t('admin.roleHint')}
        value={user.role}
        options={options}
        onChange={(role) => {
          const title = t('admin.roleTitle', { name: user.name, role: t(`adminRole.${role}`) })
          void changing.begin({ title, changes: [{ op: 'role.set', user: user.user, role }] })
        }}
      />
    </Section>
  )
}

function Account({ user, may }: OfUser) {
  const { administration } = useStores()
  const { t } = useWords()
  return (
    <section className="page-scroll" aria-label={t('admin.account')} tabIndex={scrollStop}>
      <div className="measure grid gap-6">
        <AccountFacts user={user} />
        <button
          type="button"
          className="button justify-self-start"
          onClick={() => administration.askWhy({ user: user.user })}
        >
          {t('whose.anybody', { user: user.name })}
        </button>
        {may.administer && <AccountButtons user={user} />}
        <UserDevices user={user} may={may} />
        {may.administer && <RoleChoice user={user} />}
      </div>
    </section>
  )
}

/** Shows the chosen user, account or contacts, with what the role lets one change. */
export function UserDetail({ may }: { readonly may: May }) {
  const { people } = useStores().administration
  const { detail, view, failure } = useSlice(people)
  const { t } = useWords()
  return (
    <>
      <header className="bar">
        <IconButton label={t('admin.allUsers')} icon="back" onClick={people.back} />
        <h3 className="title">{detail?.user.name}</h3>
        {(['account', 'contacts'] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="button button-quiet button-small admin-tab"
            aria-current={one === view ? 'true' : undefined}
            onClick={() => people.show(one)}
          >
            {t(one === 'account' ? 'admin.account' : 'nav.contacts')}
          </button>
        ))}
      </header>
      {failure && (
        <div className="p-5">
          <Note tone="danger">
            <FailureText failure={failure} />
          </Note>
        </div>
      )}
      {detail && view === 'account' && <Account user={detail.user} may={may} />}
      {detail && view === 'contacts' && <UserContacts user={detail.user} may={may} />}
    </>
  )
}
