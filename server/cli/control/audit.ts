/** `kith-server audit list|verify|export` and `kith-server undo` */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { type lineForm, readings } from '../../../shared/administration/readings.ts'
import { jsonOf } from '../../../shared/json.ts'
import type { Administration } from '../../administration/administer.ts'
import { anchorFile, faultOfAnchor, readAnchors } from '../../administration/anchors.ts'
import { textOfLine } from '../../administration/audit.ts'
import type { Store } from '../../store/store.ts'
import { operate } from '../changing.ts'
import {
  administering,
  type ChangeOptions,
  changeOptions,
  commonOptions,
  operating,
  withChange,
  withCommon,
} from '../command.ts'
import { type Outcome, refused, succeeded, told as toldAnswer, unavailable } from '../outcome.ts'
import { givenOf, iso, reads } from '../reading.ts'
import type { Transport } from '../transport.ts'

const listOptions = commonOptions.extend({
  search: z.string().optional(),
  before: z.coerce.number().int().min(1).optional(),
  count: z.coerce.number().int().min(1).max(10_000),
})
const verifyOptions = commonOptions.extend({ anchors: z.string().optional() })
const exportOptions = commonOptions.extend({ to: z.string() })

/** Adds `audit` and `undo`; but for the whole log's export they work by a server elsewhere, too. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('the log of every change')
  withCommon(audit.command('list').description('newest first'))
    .option('--search <text>', 'in who, what, whom, why')
    .option('--before <number>', 'only lines older than this one')
    .option('--count <number>', 'how many', '50')
    .action(
      reads(listOptions, {
        name: 'ListAudit',
        form: readings.audit.output.omit({ more: true }),
        given: ({ search, before, count }) => givenOf({ search, before, count }),
        tell: ({ lines }) => ({
          head: ['LINE', 'AT', 'WHO', 'VIA', 'WHAT', 'WHY'],
          rows: lines.map((row) => [String(row.n), iso(row.at), row.who, row.via, textOfLine(row), row.why]),
          value: { lines: lines.map(toldLine) },
        }),
      }),
    )
  withCommon(audit.command('verify').description('whether the log holds from its first line to its last'))
    .option('--anchors <file>', 'file of anchors to compare with, in place of the one that config.json names')
    .action(operating(verifyOptions, verify))
  withCommon(audit.command('export').description('the whole log, one JSON object a line'))
    .requiredOption('--to <file>', 'a new file')
    .action(administering(exportOptions, exportAll))
  withChange(
    program.command('undo <lines>').description('take back a line of the log, or lines such as 17-42, as a new change'),
  ).action(operating(changeOptions, undoLines))
}

function toldLine({ at, before, after, undo, hash: _hash, undoable: _undoable, ...rest }: z.output<typeof lineForm>) {
  return { ...rest, at: iso(at), before: jsonOf(before), after: jsonOf(after), undo: jsonOf(undo) }
}

async function verify(transport: Transport, { anchors }: z.infer<typeof verifyOptions>): Promise<Outcome> {
  const { administration } = transport
  if (!administration && anchors !== undefined)
    return { ok: false, code: 'usage', why: '--anchors FILE is compared at the server, not with --remote' }
  const answer = await transport.call('VerifyAudit', {}, readings.auditState.output)
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

async function exportAll({ store }: Administration, { to }: z.infer<typeof exportOptions>): Promise<Outcome> {
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

async function undoLines(transport: Transport, options: ChangeOptions, text = ''): Promise<Outcome> {
  const lines = linesOf(text)
  if (!lines) return { ok: false, code: 'usage', why: `${text}: a line is a number; several are 17-42` }
  return operate(transport, options, { name: 'Undo', given: lines })
}

type Lines = { readonly first: number; readonly last: number }

function linesOf(text: string): Lines | undefined {
  const [, from = '', to = from] = /^(\d{1,12})(?:-(\d{1,12}))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  return first >= 1 && last >= first ? { first, last } : undefined
}
