/** All rows of a reading that is told in parts. */
import type { z } from 'zod'
import type { Answer } from '../admin-soap/faults.ts'
import { type AskedReading, askReading } from './reading.ts'
import type { Transport } from './transport.ts'

/** Rows that are asked for at once. */
const part = 10_000

/** `last`: the answer that the last rows came with. */
export async function allRows<S extends z.ZodType<{ readonly total: number }>, T>(
  transport: Transport,
  [reading, given]: readonly [AskedReading<S>, object],
  rowsOf: (page: z.output<S>) => readonly T[],
): Promise<Answer<{ readonly rows: readonly T[]; readonly last: z.output<S> }>> {
  const rows: T[] = []
  for (;;) {
    const answer = await askReading(transport, reading, { ...given, from: rows.length, count: part })
    if (!answer.ok) return answer
    const some = rowsOf(answer.value)
    rows.push(...some)
    // An empty part ends it as well: rows may go while they are read, and the total with them.
    if (some.length === 0 || rows.length >= answer.value.total) return { ok: true, value: { rows, last: answer.value } }
  }
}
