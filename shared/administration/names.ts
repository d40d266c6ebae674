/** Names for ids: which ids an answer mentions, and the reading that tells what people call them. */
import { z } from 'zod'
import { isRecord, jsonOf } from '../json.ts'
import { changeForm } from './change.ts'

/** Ids that are asked for at once. */
export const maxNames = 500

/**
 * An id as `user:LOGIN`, `group:ID`, `rule:ID`, `request:ID`, `proposal:ID` or `device:LOGIN ID`, and what people call it. Of a
 * rule what it says; of a request whose it is and the address asked for; of a proposal who made it, its first change and
 * how many there are.
 */
const nameForm = z
  .object({
    id: z.string(),
    name: z.string(),
    address: z.string().exactOptional(),
    rule: changeForm.exactOptional(),
    op: z.string().exactOptional(),
    count: z.number().int().exactOptional(),
  })
  .meta({ id: 'Name' })
/** What people call something that has an id. */
export type Name = Readonly<z.infer<typeof nameForm>>

const input = z.strictObject({ ids: z.array(z.string().max(400)).min(1).max(maxNames) })
const output = z.object({ names: z.array(nameForm) })

/** Of ids that are there still; others are left out. */
export const namesReading = { name: 'GetNames', input, output, wire: output }

/** Who acted, one or two of them, as the log has them. */
export function actorsOf(who: string): readonly string[] {
  return who.split(', ')
}

/** What the target of a line stands for, by its operation: ids as `namesReading` has them, or plain words. */
export function partsOfTarget(op: string, target: string): readonly string[] {
  const [first = '', ...others] = target.split(' ')
  const rest = others.join(' ')
  switch (op.slice(0, op.indexOf('.'))) {
    case 'contact':
    case 'quarantine':
      return [`user:${first}`, rest]
    case 'user':
    case 'role':
    case 'recovery':
    case 'enrolment':
      return [`user:${target}`]
    case 'group':
      return [`group:${first}`, ...(rest === '' ? [] : [`user:${rest}`])]
    case 'device':
      return [`user:${first}`, `device:${target}`]
    case 'rule':
    case 'request':
    case 'proposal':
      return [`${op.slice(0, op.indexOf('.'))}:${target}`]
    default:
      return [target]
  }
}

const namable = /^(user|group|rule|request|proposal|device):./

/** Fields that hold logins, or units such as `group:sales`. */
const logins: ReadonlySet<string> = new Set(['user', 'sponsor', 'peer'])
/** Fields that hold several of them. */
const several: ReadonlySet<string> = new Set(['members'])
const actors: ReadonlySet<string> = new Set(['who', 'by'])
const units: ReadonlySet<string> = new Set(['a', 'b', 'for'])
/** Fields that hold JSON. */
const nested: ReadonlySet<string> = new Set(['before', 'after', 'changes'])

/** What an answer tells of by its id, wherever it stands in it. */
export function mentionsIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>()
  look(value, found)
  return new Set([...found].filter((id) => namable.test(id) && id.length <= 400))
}

function look(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) look(one, found)
  else if (isRecord(value)) lookInto(value, found)
}

function lookInto(record: Readonly<Record<string, unknown>>, found: Set<string>): void {
  const { op, target, id, user, device, group, groups, rule, name } = record
  if (typeof op === 'string' && typeof target === 'string') for (const one of partsOfTarget(op, target)) found.add(one)
  if (typeof op === 'string' && typeof id === 'string') found.add(`${op.slice(0, op.indexOf('.'))}:${id}`)
  if (typeof user === 'string' && typeof device === 'string') found.add(`device:${user} ${device}`)
  if (typeof group === 'string') found.add(`group:${group}`)
  if (rule === 'group') found.add(`group:${String(name)}`)
  if (Array.isArray(groups)) for (const one of groups) found.add(`group:${String(one)}`)
  for (const [field, one] of Object.entries(record)) {
    if (several.has(field) && Array.isArray(one)) for (const login of one) found.add(`user:${String(login)}`)
    if (typeof one !== 'string') look(one, found)
    else if (logins.has(field)) found.add(`user:${one}`)
    else if (actors.has(field)) for (const who of actorsOf(one)) found.add(`user:${who}`)
    else if (units.has(field)) found.add(one)
    else if (nested.has(field)) look(jsonOf(one), found)
  }
  // Changes come as JSON each.
  if (Array.isArray(record.changes))
    for (const one of record.changes) if (typeof one === 'string') look(jsonOf(one), found)
}
