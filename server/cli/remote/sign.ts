/**
 * `kith-server sign --remote URL --policy-key FILE`: on the administrator's machine, where the policy key is. Shows what
 * is to be signed, signs it, and hands the signatures in.
 */
import { createInterface } from 'node:readline/promises'
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { terminalText } from '../../../shared/text/terminal.ts'
import { isProtected, openRootFile } from '../../keys/root-file.ts'
import { visible } from '../../signing/words.ts'
import { type Given, operating } from '../command.ts'
import { flag, needed } from '../fields.ts'
import { misused, type Outcome, refused, succeeded, told } from '../outcome.ts'
import { askSecrets } from '../password.ts'
import { askReading } from '../reading.ts'
import type { Transport } from '../transport.ts'
import type { Round, SigningDesk } from './signing-desk.ts'
import { Unreachable } from './unreachable.ts'

const signFields = {
  /** As every command has it, but needed. */
  remote: z.string('names the server: https://host:port'),
  policyKey: needed('<file>', 'the key, from "kith-server key policy export"'),
  yes: flag('sign without asking'),
  full: flag('show every line, however many'),
  watch: flag('go on, and sign what comes'),
}
type SignOptions = Given<typeof signFields>

/** `sign`, which works by a server elsewhere alone. */
export const signCommand = operating(
  'sign',
  'sign what waits for the policy key, which is on this machine',
  signFields,
  sign,
)

/** Between two looks of `--watch`. */
const watchMs = 2_000

async function sign(remote: Transport, options: SignOptions): Promise<Outcome> {
  // Otherwise whatever comes by standard input would count as somebody's look.
  if (options.yes !== true && !process.stdin.isTTY) return misused('without a terminal to ask on, --yes is needed')
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
    if (!round.ok) return round.fault
    count += round.value
    if (watch !== true || ended.signal.aborted) return succeeded(`${count} signed`, { signed: count })
    await after(watchMs, undefined, { signal: ended.signal }).catch(() => undefined)
  }
}

/** Whoever watches goes on when the server is back. */
function failureOf(error: unknown, { watch }: SignOptions): Round {
  if (!(error instanceof Unreachable) || watch !== true) throw error
  process.stderr.write(`${terminalText(error.message)}\n`)
  return { ok: true, value: 0 }
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
  const waiting = await askReading(desk.remote, readings.proposals, { state: 'ready' })
  if (!waiting.ok) return { ok: false, fault: told(waiting, () => succeeded('', {})) }
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
    if (!one.ok) process.stderr.write(one.fault.ok ? '' : `${terminalText(one.fault.why)}\n`)
    else signed += one.value
  }
  return { ok: true, value: signed }
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
