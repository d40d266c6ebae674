/** One draft from the server to its signatures: checked, shown, signed, handed in. */
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { outcomeForm as outcome } from '../../../shared/administration/deeds.ts'
import type { Checked } from '../../../shared/failures.ts'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { KeyPair } from '../../../shared/whitelist/bytes/primitives.ts'
import { type Command, signCommand } from '../../../shared/whitelist/command.ts'
import { decodeHead, type Head, signHead } from '../../../shared/whitelist/head.ts'
import { reasonOf } from '../../admin-soap/faults.ts'
import { drafted, listContents, textOfCommand } from '../../admin-soap/signing-operations.ts'
import { reissue } from '../../administration/signing.ts'
import { systemClock } from '../../ground/clock.ts'
import { codeOf } from '../../ground/durable-file.ts'
import { primitives } from '../../ground/primitives.ts'
import type { Done } from '../../ground/refusals.ts'
import { createPool, type Pool, unpack } from '../../signing/bundle.ts'
import { type Contents, unknownIn, type Verified, verifyDraft } from '../../signing/check-draft.ts'
import { readSigned, type Signed, signedFileOf, writeSigned } from '../../signing/signed-file.ts'
import { withTaken } from '../../signing/signed-lists.ts'
import { visible, wordsOf } from '../../signing/words.ts'
import { type Outcome, refused, succeeded, told } from '../outcome.ts'
import type { Transport } from '../transport.ts'
import { Unreachable } from './unreachable.ts'

/** What one run of `sign` holds: the connection, the opened key, and what the key has signed so far. */
export type SigningDesk = {
  readonly remote: Transport
  readonly key: KeyPair
  readonly file: string
  /** Shows lines to a person, who wants it signed or not. */
  readonly isWanted: (what: string, lines: readonly string[]) => Promise<boolean>
  readonly pool: Pool
  /** What this key has signed. */
  signed: Signed
}

/** `policyKeyFile`: beside it is the file of what was signed. */
export async function openDesk(
  given: Pick<SigningDesk, 'remote' | 'key' | 'isWanted'> & { readonly policyKeyFile: string },
): Promise<Done<SigningDesk>> {
  const pool = createPool()
  const file = signedFileOf(given.policyKeyFile)
  const signed = await readSigned(file, given.key.secret, pool)
  return signed.ok ? { ok: true, value: { ...given, file, pool, signed: signed.value } } : signed
}

/** What one proposal, or one look at all, came to: how many heads and commands were signed. */
export type Round = Checked<number, Outcome>

/** Drafts of one proposal: others may change lists meanwhile. */
const maxDrafts = 5

/** Signs one proposal, or what is due to be signed again; begins anew where the server has moved meanwhile. */
export async function signOne(desk: SigningDesk, what: string): Promise<Round> {
  for (let tries = 0; tries < maxDrafts; tries++) {
    const draft = await desk.remote.call('Draft', { proposal: what }, drafted)
    if (!draft.ok) return { ok: false, fault: told(draft, () => succeeded('', {})) }
    const checked = await check(desk, draft.value)
    if (!checked.ok && checked.fault.movedOn === true) continue
    if (!checked.ok) return { ok: false, fault: refused(`${what} is not signed: ${checked.fault.why}`) }
    const { commands, changes } = checked.value
    const count = changes.length + commands.length
    if (count === 0 && what === reissue) return { ok: true, value: 0 }
    const lines = [...commands.map(wordsOfCommand), ...wordsOf(changes)]
    const nothingToSign = ['it changes no list and has no device do anything: there is nothing to sign']
    if (!(await desk.isWanted(what, count === 0 ? nothingToSign : lines))) return { ok: true, value: 0 }
    // Before the signatures leave: a crash afterwards must not make this machine sign another head of the same
    // version.
    const written = await writeDown(desk, { org: draft.value.organisation, lists: checked.value.signed })
    if (!written.ok) return { ok: false, fault: refused(`${what} is not signed: ${written.why}`) }
    const committed = await signAndCommit(desk, what, { draft: draft.value, checked: checked.value })
    if (committed.ok) {
      const users = changes.map(({ core }) => core.usr)
      // Known as taken now; had the answer been lost, the next draft would show it.
      const kept = await writeDown(desk, { ...desk.signed, lists: withTaken(desk.signed.lists, users) })
      return kept.ok ? { ok: true, value: count } : { ok: false, fault: refused(`${what} is signed, but ${kept.why}`) }
    }
    if (committed.fault.kind !== 'MovedOn') return { ok: false, fault: told(committed, () => succeeded('', {})) }
  }
  return { ok: false, fault: refused(`${what} changes faster than it is signed: try again`) }
}

type Drafted = z.output<typeof drafted>
type CheckedDraft = Verified & { readonly commands: readonly Command[] }
type Unchecked = { readonly why: string; readonly movedOn?: boolean }

/** Nothing that the server says is believed but what follows from what was signed before, or is shown whole. */
async function check({ remote, signed, pool }: SigningDesk, draft: Drafted): Promise<Checked<CheckedDraft, Unchecked>> {
  const { now, organisation: org } = draft
  const heads = draft.heads.flatMap((text) => decodeHead(fromBase64(text) ?? new Uint8Array()) ?? [])
  if (heads.length !== draft.heads.length)
    return { ok: false, fault: { why: 'the server sent something that is no head of a list' } }
  if (signed.org !== undefined && signed.org !== org)
    return { ok: false, fault: { why: `this key signs for ${signed.org}, and the server is of ${visible(org)}` } }
  const why = faultOfHeads(heads, { now, org })
  if (why !== undefined) return { ok: false, fault: { why } }
  const operations = unpack(fromBase64(draft.changes) ?? new Uint8Array(), pool)
  if (operations?.length !== heads.length)
    return { ok: false, fault: { why: 'the server does not say what every head changes' } }
  const contents = await fetchContents(remote, unknownIn(heads, signed.lists), pool)
  // Contents are fetched after the draft, so they may be newer than what it builds on.
  const isOld = ({ core }: Head) => (contents.get(core.lst)?.version ?? 0) >= core.ver
  if (heads.some(isOld)) return { ok: false, fault: { why: 'the lists moved on', movedOn: true } }
  const verified = verifyDraft({ heads, operations, contents }, signed.lists, pool)
  if (!verified.ok) return { ok: false, fault: verified }
  const commands = draft.commands.map(({ device, command: cmd, scope }): Command => ({
    t: 'cmd',
    org,
    dev: device,
    cmd,
    scope,
    id: randomUUID(),
    iat: now,
  }))
  return { ok: true, value: { ...verified.value, commands } }
}

/** What lists hold, as the server says: their heads have to agree. */
async function fetchContents(
  remote: Transport,
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
    for (const [at, { list, version, acc }] of lists.entries())
      contents.set(list, { version, acc, entries: unpacked?.[at]?.put ?? [] })
    const left = rest.filter((list) => !contents.has(list))
    if (left.length === rest.length) break
    rest = left
  }
  return contents
}

/** Lists in one question; the answer has as many as fit. */
const maxAsked = 1_000

type Ready = { readonly draft: Drafted; readonly checked: CheckedDraft }

/** Before anybody else has a signature. */
async function writeDown(desk: SigningDesk, signed: Signed): Promise<Done> {
  try {
    await writeSigned(desk.file, desk.key.secret, signed)
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    return { ok: false, why: `cannot write ${desk.file} (${code})` }
  }
  desk.signed = signed
  return { ok: true, value: undefined }
}

function signAndCommit({ remote, key }: SigningDesk, what: string, { draft, checked }: Ready) {
  const signatures = draft.heads.map((head) =>
    toBase64(signHead(primitives, fromBase64(head) ?? new Uint8Array(), key.secret)),
  )
  const commands = checked.commands.map((command) => textOfCommand(signCommand(primitives, command, key.secret)))
  return remote.call('Commit', { proposal: what, now: draft.now, signatures, commands }, outcome)
}

function wordsOfCommand({ cmd, scope, dev: device }: Command): string {
  const words = { wipe: scope === 'all' ? 'wipe all' : 'wipe the list', lock: 'lock', rotate: 'make new keys' }
  return `command to the device ${visible(device)}: ${words[cmd]}`
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
