/**
 * `kith-server sign --remote URL --policy-key FILE`: on the administrator's machine, where the policy key is. Shows what
 * is to be signed, signs it, and hands the signatures in.
 */
import { createInterface } from 'node:readline/promises'
import { setTimeout as after } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { terminalText } from '../../../shared/text/terminal.ts'
import { isProtected, openRootFile } from '../../keys/root-file.ts'
import { visible } from '../../signing/words.ts'
import { commonOptions, operating, withCommon } from '../command.ts'
import { type Outcome, refused, succeeded, told } from '../outcome.ts'
import { askSecrets } from '../password.ts'
import type { Transport } from '../transport.ts'
import type { Round, SigningDesk } from './signing-desk.ts'
import { Unreachable } from './unreachable.ts'

const signOptions = commonOptions.extend({
  remote: z.string('names the server: https://host:port'),
  policyKey: z.string(),
  yes: z.boolean().optional(),
  full: z.boolean().optional(),
  watch: z.boolean().optional(),
})
type SignOptions = z.output<typeof signOptions>

/** Adds `sign`, which works by a server elsewhere alone. */
export function addSignCommand(program: Command): void {
  withCommon(program.command('sign').description('sign what waits for the policy key, which is on this machine'))
    .requiredOption('--policy-key <file>', 'the key, from "kith-server key policy export"')
    .option('--yes', 'sign without asking')
    .option('--full', 'show every line, however many')
    .option('--watch', 'go on, and sign what comes')
    .action(operating(signOptions, sign))
}

/** Between two looks of `--watch`. */
const watchMs = 2_000

async function sign(remote: Transport, options: SignOptions): Promise<Outcome> {
  // Otherwise whatever comes by standard input would count as somebody's look.
  if (options.yes !== true && !process.stdin.isTTY)
    return { ok: false, code: 'usage', why: 'without a terminal to ask on, --yes is needed' }
  const key = await openKey(options.policyKey)
  if (!key.ok) return refused(key.why)
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  const { policyKey: policyKeyFile, watch } = options
  const unwanted = new Set<string>()
  const isWanted: SigningDesk['isWanted'] = async (what, lines) => {
    const wanted = await isToBeSigned(options, what, lines)
    if (!wanted) unwanted.add(what)
    return wanted
  }
  // Loaded only here: the other commands need nothing of it.
  const { openDesk } = await import('./signing-desk.ts')
  const desk = await openDesk({ remote, key: key.value, policyKeyFile, isWanted })
  if (!desk.ok) return refused(desk.why)
  let count = 0
  for (;;) {
    const round = await signAll(desk.value, { unwanted, watch }).catch((error: unknown) => failureOf(error, options))
    if (!round.ok) return round.outcome
    count += round.signed
    if (watch !== true || ended.signal.aborted) return succeeded(`${count} signed`, { signed: count })
    await after(watchMs, undefined, { signal: ended.signal }).catch(() => undefined)
  }
}

/** Whoever watches goes on when the server is back. */
function failureOf(error: unknown, { watch }: SignOptions): Round {
  if (!(error instanceof Unreachable) || watch !== true) throw error
  process.stderr.write(`${terminalText(error.message)}\n`)
  return { ok: true, signed: 0 }
}

async function openKey(file: string) {
  const questions = (await isProtected(file)) ? [{ label: `Passphrase of ${file}`, isNew: false }] : []
  const given = await askSecrets(questions)
  return given.ok ? openRootFile(file, given.value[0] ?? '', 'policy') : given
}

type Going = {
  /** What this person did not want to sign, by proposal. */
  readonly unwanted: ReadonlySet<string>
  readonly watch: boolean | undefined
}

async function signAll(desk: SigningDesk, { unwanted, watch }: Going): Promise<Round> {
  const waiting = await desk.remote.call('ListProposals', { state: 'ready' }, readings.proposals.output)
  if (!waiting.ok) return { ok: false, outcome: told(waiting, () => succeeded('', {})) }
  const [{ signOne }, { reissue }] = await Promise.all([
    import('./signing-desk.ts'),
    import('../../administration/signing.ts'),
  ])
  let signed = 0
  // Proposals first: a re-issue can wait for days, and people wait for these.
  for (const what of [...waiting.value.proposals.map(({ id }) => id), reissue]) {
    if (unwanted.has(what)) continue
    const one = await signOne(desk, what)
    if (!one.ok && watch !== true) return one
    if (!one.ok) process.stderr.write(one.outcome.ok ? '' : `${terminalText(one.outcome.why)}\n`)
    else signed += one.signed
  }
  return { ok: true, signed }
}

/** Lines that are shown. */
const maxShown = 200

async function isToBeSigned({ yes, full }: SignOptions, what: string, lines: readonly string[]): Promise<boolean> {
  const shown = full === true ? lines : lines.slice(0, maxShown)
  const more =
    lines.length > shown.length ? [`... and ${lines.length - shown.length} more lines: --full shows them`] : []
  process.stderr.write(`${terminalText([visible(what), ...shown.map((line) => `  ${line}`), ...more].join('\n'))}\n`)
  if (yes === true) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Sign? [y/N] ').finally(() => terminal.close())
  return /^y(es)?$/i.test(answer.trim())
}
