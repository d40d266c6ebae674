/** Ids with their names beside them, as commands print them: the id is what one types, the name is whom one means. */
import { actorsOf, type Name, partsOfTarget } from '../../shared/administration/names.ts'
import { isRecord, jsonOf } from '../../shared/json.ts'

/** How a command tells of ids; without a name the id stands alone. */
export type Naming = {
  readonly person: (login: string) => string
  readonly group: (id: string) => string
  /** `all`, `department:NAME`, `group:ID` or `user:LOGIN`. */
  readonly unit: (unit: string) => string
  /** Who acted, one or two. */
  readonly actor: (who: string) => string
  /** What a line of the log is about, by its operation. */
  readonly target: (op: string, target: string) => string
  /** The fields of a change, or of what it found or made, one after the other. */
  readonly fields: (fields: Readonly<Record<string, unknown>>) => string
  /** JSON of such fields, with the names in it. */
  readonly json: (json: string) => string
}

/** By ids such as `user:alice`. */
export function namingOf(names: ReadonlyMap<string, Name>): Naming {
  const beside = (id: string, shown: string) => {
    const name = names.get(id)?.name
    return name === undefined || name === shown ? shown : `${shown} (${name})`
  }
  const person = (login: string) => beside(`user:${login}`, login)
  const group = (id: string) => beside(`group:${id}`, id)
  const unit = (text: string) => beside(text, text)
  const fields = (record: Readonly<Record<string, unknown>>): string =>
    Object.entries(record)
      .filter(([name]) => name !== 'op')
      .map(([name, value]) => `${name} ${valueText({ person, group, unit, names }, name, value)}`)
      .join(', ')
  return {
    person,
    group,
    unit,
    actor: (who) => actorsOf(who).map(person).join(', '),
    target: (op, target) =>
      partsOfTarget(op, target)
        .map((part) => partText(names, beside, part))
        .join(' '),
    fields,
    json: (json) => {
      const value = jsonOf(json)
      if (!isRecord(value)) return json
      const named = Object.entries(value).map(([name, one]) => {
        const isText = typeof one === 'string' || name === 'members'
        return [name, isText ? valueText({ person, group, unit, names }, name, one) : one]
      })
      return JSON.stringify(Object.fromEntries(named))
    },
  }
}

/** Where no names are known, or nobody reads them. */
export const noNames: Naming = namingOf(new Map())

type Known = Pick<Naming, 'person' | 'group' | 'unit'> & { readonly names: ReadonlyMap<string, Name> }

function valueText(known: Known, name: string, value: unknown): string {
  if (Array.isArray(value))
    return value.map((one) => (name === 'members' ? known.person(String(one)) : String(one))).join(' ')
  if (isRecord(value)) return `{ ${namingOf(known.names).fields(value)} }`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (name === 'user' || name === 'sponsor') return known.person(text)
  if (name === 'group') return known.group(text)
  return name === 'a' || name === 'b' || name === 'for' ? known.unit(text) : text
}

function partText(
  names: ReadonlyMap<string, Name>,
  beside: (id: string, shown: string) => string,
  part: string,
): string {
  const at = part.indexOf(':')
  const [kind, id] = [part.slice(0, Math.max(0, at)), part.slice(at + 1)]
  const { name, address, rule, op, count = 1 } = names.get(part) ?? {}
  switch (kind) {
    case 'user':
    case 'group':
      return beside(part, id)
    case 'device':
      return beside(part, id.slice(id.indexOf(' ') + 1))
    case 'rule':
      return rule ? `${id} (${namingOf(names).fields(rule)})` : id
    case 'request':
      return name === undefined ? id : `${id} (${name} and ${address ?? ''})`
    case 'proposal':
      return name === undefined ? id : `${id} (${name}: ${op ?? ''}${count > 1 ? `, ${count} changes` : ''})`
    default:
      return part
  }
}

/** A line of the log in words: what was changed, from what to what. */
export function textOfLine(line: LineText, naming: Naming = noNames): string {
  const { op, target, before, after } = line
  const made = after === '' ? 'nothing' : naming.json(after)
  const change = before === '' ? (after === '' ? '' : made) : `${naming.json(before)} -> ${made}`
  return `${op} ${naming.target(op, target)}${change === '' ? '' : `: ${change}`}`
}

/** Of a line, what its words are made of. */
type LineText = { readonly op: string; readonly target: string; readonly before: string; readonly after: string }
