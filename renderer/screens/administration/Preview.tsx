/** What a change does, in the names of those whom it touches. */
import type { Outcome, Tried } from '../../../shared/administration.ts'
import type { ListedPerson } from '../../../shared/administration/deeds.ts'
import { Facts } from '../../components/Facts.tsx'
import { formatNames } from '../../i18n/format.ts'
import { useWords } from '../../i18n/i18n.ts'
import { ChangeFields } from './ChangeFields.tsx'
import { FirstOf } from './FirstOf.tsx'
import { useNaming } from './naming.ts'
import { opWords } from './reason-words.ts'

type Lists = Extract<Outcome, { readonly state: 'tried' | 'done' }>
type OneList = Lists['users'][number]
type Line = NonNullable<Tried['changes']>[number]

/** Before "and M more". */
const firstLists = 6
const firstLines = 6

const kinds = ['added', 'changed', 'removed'] as const

/** Who comes into one list, changes there and leaves it. */
function OneListChange({ list }: { readonly list: OneList }) {
  const { t, language } = useWords()
  const naming = useNaming()
  const { people = [] } = list
  const namesOf = (kind: ListedPerson['change']) => {
    const named = people.filter(({ change }) => change === kind).map(({ name, address }) => `${name}, ${address}`)
    const more = list[kind] - named.length
    return named.length === 0 || more <= 0 ? named : [...named, t('change.more', { count: more })]
  }
  const lines = kinds.map((kind) => [kind, namesOf(kind)] as const).filter(([, names]) => names.length > 0)
  return (
    <>
      <span className="font-medium">{naming.personAt(list.user)}</span>
      {lines.length === 0 && (
        <span className="block text-muted">
          {t('contacts.changed', { added: list.added, changed: list.changed, removed: list.removed })}
        </span>
      )}
      {lines.map(([kind, names]) => (
        <span key={kind} className="block text-muted">
          {t(`listed.${kind}`, { who: names.length === 1 ? names[0] : formatNames(language, names.map(quoted)) })}
        </span>
      ))}
    </>
  )
}

/** Name and address in one, where several stand in a row. */
function quoted(person: string): string {
  const at = person.lastIndexOf(', ')
  return at < 0 ? person : `${person.slice(0, at)} (${person.slice(at + 2)})`
}

/** What gives a thing that is there other fields: which, and from what to what, is the point of it. */
const differing: ReadonlySet<string> = new Set(['policy.set', 'user.set', 'contact.set', 'role.set', 'group.put'])

function Fields({ line: { op, before, after } }: { readonly line: Line }) {
  const { t } = useWords()
  // A role stands there alone, without its field's name.
  const fieldsOf = (json: string) => (op === 'role.set' && json !== '' ? `{"role":${json}}` : json)
  const sides = [
    { term: t('admin.before'), json: fieldsOf(before) },
    { term: t('admin.after'), json: fieldsOf(after) },
  ].filter(({ json }) => json !== '')
  return <Facts close facts={sides.map(({ term, json }) => ({ term, text: <ChangeFields json={json} op={op} /> }))} />
}

/** The lines that the log would get, each in words. */
export function LinesOfChange({ lines, total }: { readonly lines: readonly Line[]; readonly total: number }) {
  const { t } = useWords()
  const naming = useNaming()
  return (
    <FirstOf rows={lines} total={total} first={firstLines} keyOf={(line) => JSON.stringify(line)}>
      {(line) => (
        <>
          {t('common.and', { first: opWords(t, line.op), second: naming.target(line) })}
          {differing.has(line.op) && <Fields line={line} />}
        </>
      )}
    </FirstOf>
  )
}

/** Whose lists change, and how. `named`: what was tried, which has the names. */
export function Difference({ outcome, named }: { readonly outcome: Lists; readonly named: Tried | undefined }) {
  const { t } = useWords()
  const { lists, added, changed, removed, users } = outcome
  if (lists === 0) return <p>{t('change.noLists')}</p>
  const peopleOf = new Map(named?.users.map(({ user, people }) => [user, people]))
  const rows = users.map((one) => {
    const people = one.people ?? peopleOf.get(one.user)
    return people ? { ...one, people } : one
  })
  return (
    <div className="grid gap-2">
      <p>
        {t('change.lists', { count: lists })} <strong>{t('contacts.changed', { added, changed, removed })}</strong>
      </p>
      <FirstOf rows={rows} total={lists} first={firstLists} label={t('preview.lists')} keyOf={({ user }) => user}>
        {(list) => <OneListChange list={list} />}
      </FirstOf>
    </div>
  )
}
