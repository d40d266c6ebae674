/** What people call the things that lines, changes and requests mention by their ids. */
import { mentionsIn, type Name, namesReading } from '../../../shared/administration/names.ts'
import type { Store } from '../../store/store.ts'
import { changeOfRule } from '../changes/rules.ts'
import { type Naming, namingOf } from '../naming.ts'
import { readChanges } from '../submit.ts'
import { reading } from './operation.ts'

/** How a kind of things is looked up: by its id without the kind. */
type Finder = (id: string) => Promise<Omit<Name, 'id'> | undefined>

async function findersIn(inside: Store): Promise<ReadonlyMap<string, Finder>> {
  const { users, devices, organisation, administration } = inside
  const groups = new Map((await organisation.groups()).map((row) => [row.id, row]))
  const rules = new Map((await organisation.rules()).map((row) => [row.id, row]))
  const nameOf = async (login: string) => (await users.get(login))?.name ?? login
  return new Map<string, Finder>([
    [
      'user',
      async (login) => {
        const row = await users.get(login)
        return row && { name: row.name, address: row.address }
      },
    ],
    [
      'group',
      async (id) => {
        const row = groups.get(id)
        return row && { name: row.title }
      },
    ],
    [
      'rule',
      async (id) => {
        const row = rules.get(id)
        return row && { name: row.a, rule: changeOfRule(row) }
      },
    ],
    [
      'request',
      async (id) => {
        const row = await administration.request(id)
        return row && { name: await nameOf(row.user), address: row.address }
      },
    ],
    [
      'proposal',
      async (id) => {
        const row = await administration.proposal(id)
        const changes = readChanges(row?.changes ?? '') ?? []
        const counted = changes[0] ? { op: changes[0].op, count: changes.length } : {}
        return row && { name: await nameOf(row.who), ...counted }
      },
    ],
    [
      'device',
      async (given) => {
        const at = given.indexOf(' ')
        const row = await devices.get(given.slice(0, at), given.slice(at + 1))
        return row && { name: row.name }
      },
    ],
  ])
}

/** Of each id that is there still. */
export const getNames = reading({
  ...namesReading,
  async work(inside, { ids }) {
    return { ok: true, value: { names: [...(await namesIn(inside, ids))] } }
  },
})

/** For whoever is in the store already: names for all that a value mentions. */
export async function namingIn(inside: Store, value: unknown): Promise<Naming> {
  const found = await namesIn(inside, [...mentionsIn(value)])
  return namingOf(new Map(found.map((one) => [one.id, one])))
}

async function namesIn(inside: Store, ids: readonly string[]): Promise<readonly Name[]> {
  const finders = await findersIn(inside)
  const names: Name[] = []
  for (const id of new Set(ids)) {
    const at = id.indexOf(':')
    const found = await finders.get(id.slice(0, at))?.(id.slice(at + 1))
    if (found) names.push({ id, ...found })
  }
  return names
}
