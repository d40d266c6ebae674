/** The tab of groups: the list, one group with its members, and what can be changed. */
import { type FormEvent, useState } from 'react'
import type { AdminGroup } from '../../../shared/administration.ts'
import { useSlice, useStores } from '../../components/context.tsx'
import { TextField } from '../../components/form/TextField.tsx'
import { IconButton } from '../../components/IconButton.tsx'
import { Modal } from '../../components/Modal.tsx'
import { useWords } from '../../i18n/i18n.ts'
import type { May } from '../session.ts'
import { AdminList, SearchedList } from './AdminList.tsx'

/** A new group, or another title. */
function GroupDialog({ group, onClose }: { readonly group?: AdminGroup; readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [id, setId] = useState(group?.group ?? '')
  const [title, setTitle] = useState(group?.title ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    const words = t(group ? 'admin.renameGroupTitle' : 'admin.addGroupTitle', { name: title })
    void changing.begin({ title: words, changes: [{ op: 'group.put', group: id.trim(), title: title.trim() }] })
  }
  return (
    <Modal open onClose={onClose} title={t(group ? 'admin.renameGroup' : 'admin.addGroup')}>
      <form className="grid gap-4" onSubmit={submit}>
        {!group && (
          <TextField label={t('admin.groupId')} hint={t('admin.groupIdHint')} value={id} onChange={setId} focusFirst />
        )}
        <TextField label={t('admin.groupTitle')} value={title} onChange={setTitle} focusFirst={group !== undefined} />
        <button type="submit" className="button button-primary justify-self-end">
          {t('admin.next')}
        </button>
      </form>
    </Modal>
  )
}

/** Several at once: one change, all or none. */
function MembersDialog({ group, onClose }: { readonly group: AdminGroup; readonly onClose: () => void }) {
  const { changing } = useStores().administration
  const { t } = useWords()
  const [text, setText] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    // Logins are pasted from mails and tables: blanks, commas and semicolons separate them.
    const users = [...new Set(text.split(/[\s,;、]+/u).filter((user) => user !== ''))]
    if (users.length === 0) return
    const changes = users.map((user) => ({ op: 'group.join' as const, group: group.group, user }))
    void changing.begin({ title: t('admin.addMembersTitle', { name: group.title, count: users.length }), changes })
  }
  return (
    <Modal open onClose={onClose} title={t('admin.addMembers')}>
      <form className="grid gap-4" onSubmit={submit}>
        <TextField label={t('admin.logins')} hint={t('admin.loginsHint')} value={text} onChange={setText} focusFirst />
        <button type="submit" className="button button-primary justify-self-end">
          {t('admin.next')}
        </button>
      </form>
    </Modal>
  )
}

type GroupProps = { readonly group: AdminGroup; readonly may: May }

function GroupButtons({ group }: { readonly group: AdminGroup }) {
  const { changing, organisation } = useStores().administration
  const { t } = useWords()
  const [dialog, setDialog] = useState<'members' | 'rename'>()
  const close = () => setDialog(undefined)
  const remove = () => {
    organisation.closeGroup()
    const { title: name } = group
    void changing.begin({
      title: t('admin.removeGroupTitle', { name }),
      changes: [{ op: 'group.remove', group: group.group }],
    })
  }
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setDialog('members')}>
        {t('admin.addMembers')}
      </button>
      <button type="button" className="button button-small" onClick={() => setDialog('rename')}>
        {t('admin.renameGroup')}
      </button>
      <button type="button" className="button button-small button-danger" onClick={remove}>
        {t('admin.removeGroup')}
      </button>
      {dialog === 'members' && <MembersDialog group={group} onClose={close} />}
      {dialog === 'rename' && <GroupDialog group={group} onClose={close} />}
    </>
  )
}

function Group({ group, may }: GroupProps) {
  const { organisation, changing } = useStores().administration
  const { t } = useWords()
  return (
    <>
      <header className="bar">
        <IconButton label={t('admin.allGroups')} icon="back" onClick={organisation.closeGroup} />
        <h3 className="title">{group.title}</h3>
        {may.operate && <GroupButtons group={group} />}
      </header>
      {may.operate && <p className="px-5 pb-2 text-sm text-muted">{t('admin.memberHint')}</p>}
      <AdminList
        list={organisation.members}
        line={{
          label: t('admin.membersOf', { name: group.title }),
          empty: t('admin.noMembers'),
          main: ({ name }) => name,
          sub: ({ user, address }) => t('common.and', { first: user, second: address }),
          onOpen: ({ user, name }) => {
            if (!may.operate) return
            const title = t('admin.removeMemberTitle', { name, group: group.title })
            void changing.begin({ title, changes: [{ op: 'group.leave', group: group.group, user }] })
          },
        }}
      />
    </>
  )
}

function GroupList({ may }: { readonly may: May }) {
  const { organisation } = useStores().administration
  const { search } = useSlice(organisation)
  const { t } = useWords()
  const [adding, setAdding] = useState(false)
  return (
    <>
      <SearchedList
        search={{ label: t('admin.searchGroups'), text: search, onChange: organisation.search }}
        add={may.operate ? { label: t('admin.addGroup'), onAdd: () => setAdding(true) } : undefined}
        list={organisation.groups}
        line={{
          label: t('adminTab.groups'),
          empty: t('admin.noGroups'),
          main: ({ title }) => title,
          sub: ({ group, size }) => t('common.and', { first: group, second: t('admin.members', { count: size }) }),
          onOpen: organisation.openGroup,
        }}
      />
      {adding && <GroupDialog onClose={() => setAdding(false)} />}
    </>
  )
}

/** Lists the groups, or shows the one that was opened with its members. */
export function GroupsTab({ may }: { readonly may: May }) {
  const { group } = useSlice(useStores().administration.organisation)
  return group ? <Group group={group} may={may} /> : <GroupList may={may} />
}
