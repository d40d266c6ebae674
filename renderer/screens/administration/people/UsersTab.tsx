/** The tab of users: the list, or the one that was chosen. */
import { useState } from 'react'
import type { AdminUser } from '../../../../shared/administration/readings.ts'
import { useSlice, useStores } from '../../../components/context.tsx'
import { type Translate, useWords } from '../../../i18n/i18n.ts'
import type { May } from '../../session.ts'
import { SearchedList } from '../AdminList.tsx'
import { AddUserDialog } from './AddUserDialog.tsx'
import { UserDetail } from './UserDetail.tsx'

/** What is unusual about a user: disabled, with a role, from outside. Empty for most. */
function standingWords(t: Translate, user: AdminUser): string {
  return [
    user.state === 'disabled' ? t('admin.disabled') : '',
    user.scope === 'external' ? t('admin.guest') : '',
    user.role === 'none' ? '' : t(`adminRole.${user.role}`),
    user.pending > 0 ? t('admin.devicesWaiting', { count: user.pending }) : '',
  ]
    .filter((text) => text !== '')
    .join(' · ')
}

function UserList({ may }: { readonly may: May }) {
  const { people } = useStores().administration
  const { search } = useSlice(people)
  const { t } = useWords()
  const [adding, setAdding] = useState(false)
  return (
    <>
      <SearchedList
        search={{ label: t('admin.searchUsers'), text: search, onChange: people.search }}
        add={may.administer ? { label: t('admin.addUser'), onAdd: () => setAdding(true) } : undefined}
        list={people.list}
        line={{
          label: t('adminTab.users'),
          empty: t('admin.noUsers'),
          main: (user) => user.name,
          sub: (user) => [user.user, user.address, user.department ?? ''].filter((text) => text !== '').join(' · '),
          end: (user) => standingWords(t, user),
          onOpen: (user) => people.select(user.user),
        }}
      />
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </>
  )
}

/** Lists the users under a search box, or shows the one that was chosen. */
export function UsersTab({ may }: { readonly may: May }) {
  const { selected } = useSlice(useStores().administration.people)
  return selected === undefined ? <UserList may={may} /> : <UserDetail may={may} />
}
