/**
 * `kith-server sign --remote URL --policy-key FILE`: on the administrator's machine, where the policy key is. Shows what
 * is to be signed, signs it, and hands the signatures in.
 */
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { setTimeout as after } from 'node:timers/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import { type Command as DeviceCommand, signCommand } from '../../../shared/whitelist/command.ts'
import { decodeHead, type Head, signHead } from '../../../shared/whitelist/head.ts'
import { outcome } from '../../admin-soap/changing.ts'
import { reasonOf } from '../../admin-soap/faults.ts'
import { proposalList } from '../../admin-soap/operations/control.ts'
import { drafted, listContents, textOfCommand } from '../../admin-soap/operations/signing.ts'
import { reissue } from '../../administration/signing.ts'
import { systemClock } from '../../clock.ts'
import { primitives } from '../../keys/primitives.ts'
import { isProtected, openRootFile } from '../../keys/root-file.ts'
import { createPool, type Pool, unpack } from '../../signing/bundle.ts'
import { type Contents, unknownIn, type Verified, verifyDraft } from '../../signing/check-draft.ts'
import { readSigned, type Signed, signedFileOf, writeSigned } from '../../signing/signed-file.ts'
import { withTaken } from '../../signing/signed-lists.ts'
import { visible, wordsOf } from '../../signing/words.ts'
import { type Outcome, refused, succeeded } from '../outcome.ts'
import { askSecrets } from '../password.ts'
import { type Remote, Unreachable } from './connection.ts'
import { remotely, remoteOptions, told } from './frame.ts'

const signOptions = remoteOptions.extend({
  policyKey: z.string(),
  yes: z.boolean().optional(),
  full: z.boolean().optional(),
  watch: z.boolean().optional(),
})
type SignOptions = z.output<typeof signOptions>

export function addSignCommand(program: Command): void {
  program
    .command('sign')
    .description('sign what waits for the policy key, which is on this machine')
    .requiredOption('--policy-key <file>', 'the key, from "kith-server key policy export"')
    .option('--yes', 'sign without asking')
    .option('--full', 'show every line, however many')
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
  const pool = createPool()
  const signed = await readSigned(signedFileOf(options.policyKey), key.value.secret, pool)
  if (!signed.ok) return refused(signed.why)
  const desk: SigningDesk = { remote, key: key.value, options, refused: new Set(), pool, signed: signed.value }
  let count = 0
  for (;;) {
    const round = await signAll(desk).catch((error: unknown) => failureOf(error, options))
    if (!round.ok) return round.outcome
    count += round.signed
    if (options.watch !== true || ended.signal.aborted) return succeeded(`${count} signed`, { signed: count })
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
  readonly pool: Pool
  /** What this key has signed. */
  signed: Signed
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
    const checked = await check(desk, draft.value)
    if (!checked.ok && checked.movedOn === true) continue
    if (!checked.ok) return { ok: false, outcome: refused(`${what} is not signed: ${checked.why}`) }
    const { commands, changes } = checked
    const count = changes.length + commands.length
    if (count === 0 && what === reissue) return { ok: true, signed: 0 }
    const lines = [...commands.map(wordsOfCommand), ...wordsOf(changes)]
    const nothing = ['it changes no list and has no device do anything: there is nothing to sign']
    if (!(await isWanted(desk, what, count === 0 ? nothing : lines))) return { ok: true, signed: 0 }
    const committed = await signAndCommit(desk, what, { draft: draft.value, checked })
    if (committed.ok) return { ok: true, signed: count }
    if (committed.fault.kind !== 'MovedOn') return { ok: false, outcome: told(committed, () => succeeded('', {})) }
  }
  return { ok: false, outcome: refused(`${what} changes faster than it is signed: try again`) }
}

type Drafted = z.output<typeof drafted>
type Checked = Verified & { readonly ok: true; readonly commands: readonly DeviceCommand[] }
type Unchecked = { readonly ok: false; readonly why: string; readonly movedOn?: boolean }

/** Nothing that the server says is believed but what follows from what was signed before, or is shown whole. */
async function check({ remote, signed, pool }: SigningDesk, draft: Drafted): Promise<Checked | Unchecked> {
  const { now, organisation: org } = draft
  const heads = draft.heads.flatMap((text) => decodeHead(fromBase64(text) ?? new Uint8Array()) ?? [])
  if (heads.length !== draft.heads.length)
    return { ok: false, why: 'the server sent something that is no head of a list' }
  if (signed.org !== undefined && signed.org !== org)
    return { ok: false, why: `this key signs for ${signed.org}, and the server is of ${visible(org)}` }
  const why = faultOfHeads(heads, { now, org })
  if (why !== undefined) return { ok: false, why }
  const operations = unpack(fromBase64(draft.changes) ?? new Uint8Array(), pool)
  if (operations?.length !== heads.length) return { ok: false, why: 'the server does not say what every head changes' }
  const contents = await fetchContents(remote, unknownIn(heads, signed.lists), pool)
  const isOld = ({ core }: Head) => (contents.get(core.lst)?.ver ?? 0) >= core.ver
  if (heads.some(isOld)) return { ok: false, why: 'the lists moved on', movedOn: true }
  const verified = verifyDraft({ heads, operations, contents }, signed.lists, pool)
  if (!verified.ok) return verified
  const commands = draft.commands.map(
    ({ device: dev, command: cmd, scope }): DeviceCommand => ({
      t: 'cmd',
      org,
      dev,
      cmd,
      scope,
      id: randomUUID(),
      iat: now,
    }),
  )
  return { ok: true, ...verified.value, commands }
}

/** What lists hold, as the server says: their heads have to agree. */
async function fetchContents(
  remote: Remote,
  wanted: readonly string[],
  pool: Pool,
): Promise<ReadonlyMap<string, Contents>> {
  const contents = new Map<string, Contents>()
  let rest = wanted
  while (rest.length > 0) {
    const answer = await remote.call('GetListContents', { lists: rest.slice(0, maxAsked) }, listContents)
    if (!answer.ok) throw new Unreachable(`the server does not tell what its lists hold: ${reasonOf(answer.fault)}`)
    const { lists } = answer.value
    const unpacked = unpack(fromBase64(answer.value.contents) ?? new Uint8Array(), pool)
    for (const [at, { list, version: ver, acc }] of lists.entries())
      contents.set(list, { ver, acc, entries: unpacked?.[at]?.put ?? [] })
    const left = rest.filter((list) => !contents.has(list))
    if (left.length === rest.length) break
    rest = left
  }
  return contents
}

/** Lists in one question; the answer has as many as fit. */
const maxAsked = 1_000

type Ready = { readonly draft: Drafted; readonly checked: Checked }

/** What is signed is written down before anybody else has it. */
async function signAndCommit(desk: SigningDesk, what: string, { draft, checked }: Ready) {
  const { remote, key, options } = desk
  const { now, organisation: org } = draft
  const signatures = draft.heads.map((head) =>
    toBase64(signHead(primitives, fromBase64(head) ?? new Uint8Array(), key.secret)),
  )
  const commands = checked.commands.map((command) => textOfCommand(signCommand(primitives, command, key.secret)))
  desk.signed = { org, lists: checked.signed }
  await writeSigned(signedFileOf(options.policyKey), key.secret, desk.signed)
  const committed = await remote.call('Commit', { proposal: what, now, signatures, commands }, outcome)
  const users = checked.changes.map(({ core }) => core.usr)
  if (committed.ok) desk.signed = { org, lists: withTaken(desk.signed.lists, users) }
  return committed
}

function wordsOfCommand({ cmd, scope, dev }: DeviceCommand): string {
  const words = { wipe: scope === 'all' ? 'wipe all' : 'wipe the list', lock: 'lock', rotate: 'make new keys' }
  return `command to the device ${visible(dev)}: ${words[cmd]}`
}

/** Clocks may differ by this much. */
const maxSkewMs = 600_000
const maxLifeMs = 90 * 24 * 3_600_000

/** What no key should sign, whatever the server says of it: heads of other times, for ever, or of somebody else. */
function faultOfHeads(heads: readonly Head[], { now, org }: { readonly now: number; readonly org: string }) {
  if (Math.abs(systemClock().now() - now) > maxSkewMs) return 'the clocks of the server and of this machine differ'
  const faulty = heads.find(({ core }) => core.iat !== now || core.exp > now + maxLifeMs)
  if (faulty) return `the head of ${faulty.core.usr} has times that it should not have`
  const stranger = heads.find(({ core }) => core.org !== org)
  return stranger && `the list of ${stranger.core.usr} is of ${stranger.core.org}, and this key signs for ${org}`
}

/** Lines that are shown. */
const maxShown = 200

async function isWanted(
  { options, refused: unwanted }: SigningDesk,
  what: string,
  lines: readonly string[],
): Promise<boolean> {
  const shown = options.full === true || lines.length <= maxShown ? lines : lines.slice(0, maxShown)
  const more =
    lines.length > shown.length ? [`... and ${lines.length - shown.length} more lines: --full shows them`] : []
  process.stderr.write(`${[visible(what), ...shown.map((line) => `  ${line}`), ...more].join('\n')}\n`)
  if (options.yes === true) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Sign? [y/N] ').finally(() => terminal.close())
  if (/^y(es)?$/i.test(answer.trim())) return true
  unwanted.add(what)
  return false
}
