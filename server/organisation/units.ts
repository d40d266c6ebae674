/** Units: how rules name people. `all`, `department:NAME`, `group:ID`, `user:LOGIN`. */

/** A text of one of these four forms; `isUnit` of `shared/` checks it where somebody types one. */
export type Unit = string

/** What of a person a unit looks at. */
export type Belonging = {
  readonly user: string
  readonly scope: 'internal' | 'external'
  readonly department: string
  readonly groups: ReadonlySet<string>
}

/** Whether a person is in a unit; guests are in groups and units of their own only. */
export function isIn(person: Belonging, unit: Unit): boolean {
  if (unit === 'all') return person.scope === 'internal'
  const at = unit.indexOf(':')
  const name = unit.slice(at + 1)
  if (name === '') return false
  if (unit.startsWith('department:')) return person.scope === 'internal' && person.department === name
  if (unit.startsWith('group:')) return person.groups.has(name)
  return unit.startsWith('user:') && person.user === name
}
