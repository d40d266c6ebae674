/** Names for the ids that a command prints. */
import { maxNames, mentionsIn, type Name, namesReading } from '../../shared/administration/names.ts'
import { type Naming, namingOf } from '../administration/naming.ts'
import type { Transport } from './transport.ts'

/** Of whatever an answer mentions; an older server knows none, and the ids stand alone. */
export async function learnNames({ call }: Pick<Transport, 'call'>, answer: unknown): Promise<Naming> {
  const ids = [...mentionsIn(answer)]
  const names = new Map<string, Name>()
  for (let from = 0; from < ids.length; from += maxNames) {
    const some = await call(namesReading.name, { ids: ids.slice(from, from + maxNames) }, namesReading.wire)
    if (!some.ok) break
    for (const one of some.value.names) names.set(one.id, one)
  }
  return namingOf(names)
}
