/** `kith-server audit list|verify|export` and `kith-server undo` */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { z } from 'zod'
import { type lineForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import type { Administration } from '../../administration/administer.ts'
import { textOfLine } from '../../administration/audit.ts'
import type { Store } from '../../store/store.ts'
import { operate } from '../changing.ts'
import { administering, type Given, group, operating } from '../command.ts'
import { changeFields, needed, option, text, word } from '../fields.ts'
import { misused, type Outcome, refused, succeeded, unavailable } from '../outcome.ts'
import { iso, listing, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const positive = z.coerce.number().int().min(1)
const exportFields = { to: needed('<file>', 'a new file') }
const undoFields = { ...changeFields, lines: word('<lines>') }

/** `audit`; but for the whole log's export it works by a server elsewhere, too. */
export const auditCommands = group('audit', 'the log of every change', [
  reads('list', 'newest first', {
    asks: readings.audit,
    takes: {
      search: text('<text>', 'in who, what, whom, why'),
      before: option(positive.optional(), '<number>', 'only lines older than this one'),
      count: option(positive.max(10_000).prefault('50'), '<number>', 'how many'),
    },
    tell: ({ lines }) => ({
      ...listing('lines', lines.map(shownLine), 'LINE=n, AT, WHO, VIA, WHAT, WHY'),
      value: { lines: lines.map(toldLine) },
    }),
  }),
  reads('verify', 'whether the log holds from its first line to its last', {
    asks: readings.verify,
    takes: {},
    tell: (state) =>
      state.broken === undefined
        ? { text: `${state.lines} lines, all of them as they were written`, value: state }
        : refused(`the log is broken at line ${state.broken}`),
  }),
  administering('export', 'the whole log, one JSON object a line', exportFields, exportAll),
])

/** `undo`, likewise. */
export const undoCommand = operating(
  'undo',
  'take back a line of the log, or lines such as 17-42, as a new change',
  undoFields,
  undoLines,
)

type Line = z.output<typeof lineForm>

function shownLine(line: Line) {
  return { ...line, at: iso(line.at), what: textOfLine(line) }
}

function toldLine({ at, before, after, undo, hash: _hash, undoable: _undoable, ...rest }: Line) {
  return { ...rest, at: iso(at), before: jsonOf(before), after: jsonOf(after), undo: jsonOf(undo) }
}

async function exportAll({ store }: Administration, { to }: Given<typeof exportFields>): Promise<Outcome> {
  try {
    const lines = await writeAll(store, to)
    return succeeded(`${lines} lines in ${to}`, { lines, to })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return unavailable(`${to} is there already`)
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOSPC' || code === 'EISDIR')
      return unavailable(`cannot write ${to}`)
    throw error
  }
}

const batch = 1_000

/** As it is stored, with the hashes: whoever has the file can check it. */
async function writeAll(store: Store, to: string): Promise<number> {
  // A new file for its owner only: the log names people, and an older export must not be lost by a slip.
  const file = createWriteStream(to, { flags: 'wx', mode: 0o600 })
  await once(file, 'open')
  let last = 0
  for (;;) {
    const rows = await store.administration.auditsAfter(last, batch)
    if (rows.length === 0) break
    // Waits where the disk is slower than the store: the log of years would otherwise gather in memory.
    if (!file.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))) await once(file, 'drain')
    last = rows.at(-1)?.n ?? last
  }
  file.end()
  await finished(file)
  return last
}

async function undoLines(transport: Transport, options: Given<typeof undoFields>): Promise<Outcome> {
  const given = linesOf(options.lines)
  if (!given) return misused(`${options.lines}: a line is a number; several are 17-42`)
  return operate(transport, options, { name: 'Undo', given })
}

type Lines = { readonly first: number; readonly last: number }

function linesOf(given: string): Lines | undefined {
  const [, from = '', to = from] = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(given) ?? []
  const [first, last] = [Number(from), Number(to)]
  return first >= 1 && last >= first ? { first, last } : undefined
}
