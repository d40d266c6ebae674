/**
 * `kith-server sign --remote URL --policy-key FILE`: on the administrator's machine, where the policy key is. Shows what
 * is to be signed, signs it, and hands the signatures in.
 */
import { createInterface } from 'node:readline/promises'
import { setTimeout as after } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { decodeCanonical } from '../../../shared/whitelist/bytes/canonical.ts'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import { commandSchema, type Command as DeviceCommand, signCommand } from '../../../shared/whitelist/command.ts'
import { type Core, decodeHead, signHead } from '../../../shared/whitelist/head.ts'
import { outcome } from '../../admin-soap/changing.ts'
import { proposalList } from '../../admin-soap/operations/control.ts'
import { drafted } from '../../admin-soap/operations/signing.ts'
import { reissue } from '../../administration/signing.ts'
import { systemClock } from '../../clock.ts'
import { primitives } from '../../keys/primitives.ts'
import { isProtected, openRootFile } from '../../keys/root-file.ts'
import { type Outcome, refused, succeeded } from '../outcome.ts'
import { askSecrets } from '../password.ts'
import { type Remote, Unreachable } from './connection.ts'
import { remotely, remoteOptions, told } from './frame.ts'

const signOptions = remoteOptions.extend({
  policyKey: z.string(),
  yes: z.boolean().optional(),
  watch: z.boolean().optional(),
})
type SignOptions = z.output<typeof signOptions>

export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description('sign what waits for the policy key, which is on this machine')
    .requiredOption('--policy-key <file>', 'the key, from "kith-server key policy export"')
    .option('--yes', 'sign without asking')
    .option('--watch', 'go on, and sign what comes')
    .action(remotely(signOptions, sign))
}

/** Between two looks of `--watch`. */
const watchMs = 2_000

async function sign(remote: Remote, options: SignOptions): Promise<Outcome> {
  if (options.yes !== true && !process.stdin.isTTY)
    return { ok: false, code: 'usage', why: 'without a terminal to ask on, --yes is needed' }
  const key = await openKey(options.policyKey)
  if (!key.ok) return refused(key.why)
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  const desk: SigningDesk = { remote, key: key.value, options, refused: new Set() }
  let signed = 0
  for (;;) {
    const round = await signAll(desk).catch((error: unknown) => failureOf(error, options))
    if (!round.ok) return round.outcome
    signed += round.signed
    if (options.watch !== true || ended.signal.aborted) return succeeded(`${signed} signed`, { signed })
    await after(watchMs, undefined, { signal: ended.signal }).catch(() => undefined)
  }
}

type Round = { readonly ok: true; readonly signed: number } | { readonly ok: false; readonly outcome: Outcome }

/** Whoever watches goes on when the server is back. */
function failureOf(error: unknown, { watch }: SignOptions): Round {
  if (!(error instanceof Unreachable) || watch !== true) throw error
  process.stderr.write(`${error.message}\n`)
  return { ok: true, signed: 0 }
}

async function openKey(file: string) {
  const questions = (await isProtected(file)) ? [{ label: `Passphrase of ${file}`, isNew: false }] : []
  const given = await askSecrets(questions)
  return given.ok ? openRootFile(file, given.value[0] ?? '', 'policy') : given
}

type SigningDesk = {
  readonly remote: Remote
  readonly key: KeyPair
  readonly options: SignOptions
  /** What this person did not want to sign, by proposal. */
  readonly refused: Set<string>
}

async function signAll(desk: SigningDesk): Promise<Round> {
  const waiting = await desk.remote.call('ListProposals', { state: 'ready' }, proposalList)
  if (!waiting.ok) return { ok: false, outcome: told(waiting, () => succeeded('', {})) }
  let signed = 0
  for (const what of [...waiting.value.proposals.map(({ id }) => id), reissue]) {
    if (desk.refused.has(what)) continue
    const one = await signOne(desk, what)
    if (!one.ok && desk.options.watch !== true) return one
    if (!one.ok) process.stderr.write(one.outcome.ok ? '' : `${what}: ${one.outcome.why}\n`)
    else signed += one.signed
  }
  return { ok: true, signed }
}

/** Drafts of one proposal: others may change lists meanwhile. */
const maxDrafts = 5

async function signOne(desk: SigningDesk, what: string): Promise<Round> {
  for (let tries = 0; tries < maxDrafts; tries++) {
    const draft = await desk.remote.call('Draft', { proposal: what }, drafted)
    if (!draft.ok) return { ok: false, outcome: told(draft, () => succeeded('', {})) }
    const { now, difference } = draft.value
    const heads = draft.value.heads.map((text) => fromBase64(text) ?? new Uint8Array())
    if (heads.length === 0 && what === reissue) return { ok: true, signed: 0 }
    const commands = draft.value.commands.map(commandFrom)
    const why = faultOfHeads(heads, now) ?? faultOfCommands(commands, heads, now)
    if (why !== undefined) return { ok: false, outcome: refused(`${what} is not signed: ${why}`) }
    if (!(await isWanted(desk, what, [...difference, ...heads.map(wordsOf), ...commands.map(commandWords)])))
      return { ok: true, signed: 0 }
    const signatures = heads.map((head) => toBase64(signHead(primitives, head, desk.key.secret)))
    const commandSignatures = commands
      .filter((command) => command !== undefined)
      .map((command) => signCommand(primitives, command, desk.key.secret).s)
    const asked = { proposal: what, now, signatures, commandSignatures }
    const committed = await desk.remote.call('Commit', asked, outcome)
    if (committed.ok) return { ok: true, signed: heads.length + commands.length }
    if (committed.fault.kind !== 'MovedOn') return { ok: false, outcome: told(committed, () => succeeded('', {})) }
  }
  return { ok: false, outcome: refused(`${what} changes faster than it is signed: try again`) }
}

/** Clocks may differ by this much. */
const maxSkewMs = 600_000
const maxLifeMs = 90 * 24 * 3_600_000

/** What no key should sign, whatever the server says of it: other things than heads, of other times, or for ever. */
function faultOfHeads(heads: readonly Uint8Array[], now: number): string | undefined {
  if (Math.abs(systemClock().now() - now) > maxSkewMs) return 'the clocks of the server and of this machine differ'
  const cores = heads.map((head) => decodeHead(head)?.core)
  if (cores.some((core) => core === undefined)) return 'the server sent something that is no head of a list'
  const faulty = cores
    .filter((core) => core !== undefined)
    .find((core) => core.iat !== now || core.exp > now + maxLifeMs)
  if (faulty) return `the head of ${faulty.usr} has times that it should not have`
  return new Set(cores.map((core) => core?.org)).size > 1 ? 'the heads are of several organisations' : undefined
}

function wordsOf(head: Uint8Array): string {
  const core: Core | undefined = decodeHead(head)?.core
  return `list of ${core?.usr}: version ${core?.ver}, ${core?.cnt} entries, valid until ${new Date(core?.exp ?? 0).toISOString()}`
}

function commandFrom(text: string): DeviceCommand | undefined {
  try {
    return commandSchema.safeParse(decodeCanonical(fromBase64(text) ?? new Uint8Array())).data
  } catch {
    return undefined
  }
}

function faultOfCommands(
  commands: readonly (DeviceCommand | undefined)[],
  heads: readonly Uint8Array[],
  now: number,
): string | undefined {
  if (commands.some((command) => command === undefined)) return 'the server sent something that is no command'
  if (commands.some((command) => command?.iat !== now)) return 'a command is of another time'
  const organisations = [...commands.map((command) => command?.org), ...heads.map((head) => decodeHead(head)?.core.org)]
  return new Set(organisations).size > 1 ? 'the commands are of several organisations' : undefined
}

function commandWords(command: DeviceCommand | undefined): string {
  return `command to device ${command?.dev}: ${command?.cmd}${command?.cmd === 'wipe' ? ` ${command.scope}` : ''}`
}

/** Lines that are shown. */
const maxShown = 200

async function isWanted(
  { options, refused: unwanted }: SigningDesk,
  what: string,
  lines: readonly string[],
): Promise<boolean> {
  const more = lines.length > maxShown ? [`... and ${lines.length - maxShown} more`] : []
  process.stderr.write(`${[what, ...lines.slice(0, maxShown).map((line) => `  ${line}`), ...more].join('\n')}\n`)
  if (options.yes === true) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Sign? [y/N] ').finally(() => terminal.close())
  if (/^y(es)?$/i.test(answer.trim())) return true
  unwanted.add(what)
  return false
}
