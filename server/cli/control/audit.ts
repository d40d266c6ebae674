/** `kith-server audit list|verify|export` and `kith-server undo` */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { z } from 'zod'
import { type lineForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import type { Administration } from '../../administration/administer.ts'
import { anchorFile, faultOfAnchor, readAnchors } from '../../administration/anchors.ts'
import { type Naming, textOfLine } from '../../administration/naming.ts'
import type { Store } from '../../store/store.ts'
import { operate } from '../changing.ts'
import { administering, type Given, group, operating } from '../command.ts'
import { changeFields, needed, option, text, word } from '../fields.ts'
import { learnNames } from '../names.ts'
import { misused, type Outcome, refused, succeeded, told as toldAnswer, unavailable } from '../outcome.ts'
import { askReading, iso, listing, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const positive = z.coerce.number().int().min(1)
const exportFields = { to: needed('<file>', 'a new file') }
const verifyFields = {
  anchors: text('<file>', 'file of anchors to compare with, in place of the one that config.json names'),
}
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
    tell: ({ lines }, naming) => ({
      ...listing(
        'lines',
        lines.map((line) => shownLine(line, naming)),
        'LINE=n, AT, WHO, VIA, WHAT, WHY',
      ),
      value: { lines: lines.map(toldLine) },
    }),
  }),
  operating('verify', 'whether the log holds from its first line to its last', verifyFields, verify),
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

function shownLine(line: Line, naming: Naming) {
  return { ...line, at: iso(line.at), who: naming.actor(line.who), what: textOfLine(line, naming) }
}

function toldLine({ at, before, after, undo, hash: _hash, undoable: _undoable, ...rest }: Line) {
  return { ...rest, at: iso(at), before: jsonOf(before), after: jsonOf(after), undo: jsonOf(undo) }
}

async function verify(transport: Transport, { anchors }: Given<typeof verifyFields>): Promise<Outcome> {
  const { administration } = transport
  if (!administration && anchors !== undefined)
    return misused('--anchors FILE is compared at the server, not with --remote')
  const answer = await askReading(transport, readings.verify, {})
  const elsewhere = administration && (await faultOfFile(administration, anchors))
  return toldAnswer(answer, (state) => {
    const { broken, fault, lines, anchored, anchoredAt = 0, since } = state
    if (broken !== undefined) return refused(fault ? faultWords[fault](broken) : `the log is broken at line ${broken}`)
    if (elsewhere) return refused(elsewhere)
    const signed =
      anchored === undefined
        ? 'no anchor yet: the policy key signs the log from the next change on'
        : `signed by the policy key up to line ${anchored} (${iso(anchoredAt)}), since line ${since}`
    return succeeded(`${lines} lines, all of them as they were written\n${signed}`, state)
  })
}

const remedy =
  'if a back-up was restored, that is why: move the file of anchors away; otherwise somebody altered the store: compare with a back-up or an export, and look who had it'
const faultWords = {
  shorter: (line: number) => `the log ends before line ${line}, and the policy key has signed a longer one: ${remedy}`,
  other: (line: number) => `line ${line} or one before it is not the one that the policy key signed: ${remedy}`,
  unsigned: (line: number) => `the anchor of line ${line} is signed by no policy key of this organisation: ${remedy}`,
}

/** What the file of anchors says against the log: only the highest counts, since its hash stands for all lines before. */
async function faultOfFile(administration: Administration, given: string | undefined): Promise<string | undefined> {
  const file = given ?? anchorFile(administration)
  const all = await readAnchors(file)
  if (!all) return given === undefined ? undefined : `${file} cannot be read`
  const [highest] = all.toSorted((a, b) => b.n - a.n)
  const wrong = highest && (await administration.store.snapshot((inside) => faultOfAnchor(inside, highest)))
  return wrong && `${file}: ${faultWords[wrong.fault](wrong.line)}`
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
  const first = await undone(transport, given)
  return operate(transport, options, { name: 'Undo', given }, first === undefined ? {} : { first })
}

/** Lines that are told at most before they are taken back. */
const maxUndone = 50

/** What the lines did, by whom and why: whoever takes them back sees what goes. */
async function undone(transport: Transport, { first, last }: Lines): Promise<string | undefined> {
  const count = Math.min(last - first + 1, maxUndone)
  const answer = await askReading(transport, readings.audit, { before: last + 1, count })
  if (!answer.ok) return undefined
  const lines = answer.value.lines.filter(({ n }) => n >= first)
  const naming = await learnNames(transport, lines)
  const texts = lines.map((line) => {
    const { n, who, why } = line
    return `  ${n}: ${textOfLine(line, naming)}, by ${naming.actor(who)}${why === '' ? '' : `, because: ${why}`}`
  })
  const more = last - first + 1 - lines.length
  return ['to be undone:', ...texts, ...(more > 0 ? [`  ... and ${more} more`] : [])].join('\n')
}

type Lines = { readonly first: number; readonly last: number }

function linesOf(given: string): Lines | undefined {
  const [, from = '', to = from] = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(given) ?? []
  const [first, last] = [Number(from), Number(to)]
  return first >= 1 && last >= first ? { first, last } : undefined
}
