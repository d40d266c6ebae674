/**
 * The client's side of a sync: every check of protocol.md section 6, in its order, all or nothing. check-statement.ts
 * has steps 1 to 10 (who says what), this file 11 to 14 (what was sealed); list-state.ts is what they start from, and
 * failures.ts names each check. The engine's sync-round.ts asks and calls this; steps 15 and 16 are in
 * whitelist-sync.ts.
 */
import { type Body, type BodyHeader, decodeBody } from '../body.ts'
import { toHex } from '../bytes/encoding.ts'
import type { Primitives } from '../bytes/primitives.ts'
import type { SignedCommand } from '../command.ts'
import {
  applyOps,
  differenceOf,
  differenceOfOps,
  inOrder,
  type ListDifference,
  type ListEntries,
  type ListEntry,
  listEntries,
} from '../delta.ts'
import { leafOf } from '../entry.ts'
import type { Fresh } from '../fresh.ts'
import type { SyncRequest } from '../request.ts'
import { openBody, sealHash } from '../sealed.ts'
import { stateRoot } from '../state-root.ts'
import { checkStatement, type Statement } from './check-statement.ts'
import { type Refused, refusedFor, type SyncFailure } from './failures.ts'
import type { ListState } from './list-state.ts'
import type { SyncAnswer } from './sync-answer.ts'

/** Parts of a large list received so far, all of one version. */
export type PartialList = {
  readonly ep: number
  readonly ver: number
  readonly head: string
  readonly total: number
  /** Parts 0, 1, …, hashed as they came, so that the last one does not pay for all. */
  readonly received: readonly (readonly ListEntry[])[]
}

/** The request that an answer must belong to, and the parts that earlier answers brought. */
export type OpenRequest = Pick<SyncRequest, 'non' | 'seq' | 'want' | 'part'> & { readonly parts?: PartialList }

/** What the device checks with. `now`: milliseconds since the epoch. */
export type CheckContext = {
  /** The clock. */
  readonly now: number
  readonly primitives: Primitives
  /** Dbox's secret. */
  readonly boxSecret: Uint8Array
}

/** What an answer comes to: something to store, something to ask next, or a refusal that changes nothing. */
export type CheckedAnswer =
  /** The list moved, or was confirmed: store `state` in one transaction, then acknowledge. */
  | {
      readonly ok: true
      readonly step: 'applied'
      readonly kind: 'none' | 'delta' | 'full'
      readonly state: ListState
      readonly change: ListDifference
      readonly commands: readonly SignedCommand[]
    }
  /** One part of several: ask for part `partial.received.length` with `partial`. Nothing moved. */
  | {
      readonly ok: true
      readonly step: 'part'
      readonly partial: PartialList
      readonly commands: readonly SignedCommand[]
    }
  /** Only commands, and a newer version without its content: a revoked device's answer. Nothing moved. */
  | { readonly ok: true; readonly step: 'commands'; readonly commands: readonly SignedCommand[] }
  /** Nothing moved. `alarm`: tell the administrator (`Report`). */
  | Refused

const noChange: ListDifference = { added: [], changed: [], removed: [] }

/**
 * Checks an answer against the state and the request it must belong to, if one is open. Never throws, never changes its arguments.
 * `partsChanged` means that the list moved while its parts were fetched: start again at part 0.
 */
export function checkAnswer(
  state: ListState,
  open: OpenRequest | undefined,
  answer: SyncAnswer,
  context: CheckContext,
): CheckedAnswer {
  if (!open) return refusedFor('noRequest')
  const statement = checkStatement(state, open, answer, context)
  // Nothing sealed is opened before every signature is good: whoever can't sign can't make this device decrypt.
  if (typeof statement === 'string') return refusedFor(statement)
  const { fresh } = statement
  if (statement.ahead) return orCommands(fresh, statement.ahead)
  const commands = fresh.cmd
  if (fresh.kind === 'none') return withoutBody(state, open, answer, statement)
  const body = readBody(fresh, answer, context)
  if (typeof body === 'string') return refusedFor(body)
  const fault = checkHeader(fresh, body.hdr) ?? checkKind(state, fresh, body) ?? checkParts(open, statement, body)
  if (fault) return refusedFor(fault)
  const partial = addPart(open, statement, body, context.primitives)
  if (partial && partial.received.length < partial.total) return { ok: true, step: 'part', partial, commands }
  const entries = apply(state, body, partial, context.primitives)
  // The count before the root: it costs nothing, and tells a cut list from an altered one.
  if (!entries || entries.size !== statement.head.core.cnt) return refusedFor('apply')
  const root = toHex(stateRoot(context.primitives, leavesOf(entries), entries.size))
  if (root !== statement.head.core.root) return refusedFor('root')
  const before = state.entries
  const change = body.kind === 'delta' ? differenceOfOps(before, body.ops) : differenceOf(before, entries)
  return { ok: true, step: 'applied', kind: fresh.kind, state: moved(state, statement, entries), change, commands }
}

/**
 * An answer that moves nothing because of its time still wipes and locks: P signed that for this device, whatever the
 * time is. Otherwise a stolen machine would escape both by its clock.
 */
function orCommands(fresh: Fresh, failure: SyncFailure): CheckedAnswer {
  const commands = fresh.cmd.filter(({ c }) => c.cmd !== 'rotate')
  return commands.length > 0 ? { ok: true, step: 'commands', commands } : refusedFor(failure)
}

/** `kind: none`: the version that I have, confirmed; or nothing but commands. */
function withoutBody(state: ListState, open: OpenRequest, answer: SyncAnswer, statement: Statement): CheckedAnswer {
  const { fresh } = statement
  const commands = fresh.cmd
  if (answer.sealed || fresh.seal !== '' || fresh.kc !== '' || fresh.from !== fresh.ver) return refusedFor('malformed')
  const isMyVersion = fresh.ep === state.ep && fresh.ver === state.ver
  if (isMyVersion && open.want === 'auto') {
    const next = moved(state, statement, state.entries)
    return { ok: true, step: 'applied', kind: 'none', state: next, change: noChange, commands }
  }
  return commands.length > 0 ? { ok: true, step: 'commands', commands } : refusedFor('noBody')
}

/** Step 11, and the body's form. */
function readBody(fresh: Fresh, answer: SyncAnswer, { primitives, boxSecret }: CheckContext): Body | SyncFailure {
  if (!answer.sealed) return 'noBody'
  if (sealHash(primitives, answer.sealed) !== fresh.seal) return 'seal'
  const opened = openBody(primitives, answer.sealed, boxSecret, fresh.kc)
  if (!opened.ok) return opened.fault
  return decodeBody(opened.value) ?? 'malformed'
}

/** Step 12: NaCl has no associated data, so the header stands inside once more. */
function checkHeader(fresh: Fresh, hdr: BodyHeader): SyncFailure | undefined {
  const same =
    hdr.org === fresh.org &&
    hdr.usr === fresh.usr &&
    hdr.dev === fresh.dev &&
    hdr.lst === fresh.lst &&
    hdr.ep === fresh.ep &&
    hdr.ver === fresh.ver &&
    hdr.from === fresh.from &&
    hdr.non === fresh.non
  return same ? undefined : 'innerHeader'
}

/** A delta starts from exactly my version in my epoch; a full list from nothing. */
function checkKind(state: ListState, fresh: Fresh, body: Body): SyncFailure | undefined {
  if (body.kind !== fresh.kind) return 'innerHeader'
  if (body.kind === 'full') return fresh.from === 0 ? undefined : 'innerHeader'
  if (fresh.ep !== state.ep || state.ver === 0) return 'epoch'
  return fresh.from === state.ver && fresh.ver > state.ver ? undefined : 'innerHeader'
}

/** The part that was asked for, of the version and the number of parts that came before. */
function checkParts(open: OpenRequest, { fresh, headHash }: Statement, { hdr, kind }: Body): SyncFailure | undefined {
  if ((hdr.part === undefined) !== (hdr.parts === undefined)) return 'innerHeader'
  if (open.want === 'full' && kind !== 'full') return 'noBody'
  const { parts } = open
  if (!parts) return open.part === 0 && (hdr.part ?? 0) === 0 ? undefined : 'partsChanged'
  const isNext = open.part === parts.received.length && hdr.part === open.part && hdr.parts === parts.total
  const isSame = fresh.ep === parts.ep && fresh.ver === parts.ver && headHash === parts.head
  return isNext && isSame ? undefined : 'partsChanged'
}

/** The parts with this one; `undefined` for a body in one piece. */
function addPart(
  open: OpenRequest,
  { fresh, headHash }: Statement,
  body: Body,
  primitives: Primitives,
): PartialList | undefined {
  if (body.kind !== 'full' || body.hdr.parts === undefined) return undefined
  const part = body.entries.map((entry) => ({ entry, leaf: leafOf(primitives, entry) }))
  const received = [...(open.parts?.received ?? []), part]
  return { ep: fresh.ep, ver: fresh.ver, head: headHash, total: body.hdr.parts, received }
}

/** Step 13, on a copy. */
function apply(
  state: ListState,
  body: Body,
  partial: PartialList | undefined,
  primitives: Primitives,
): ListEntries | undefined {
  if (body.kind === 'delta') return applyOps(primitives, state.entries, body.ops)
  return partial ? inOrder(partial.received.flat()) : listEntries(primitives, body.entries)
}

function* leavesOf(entries: ListEntries): Iterable<Uint8Array> {
  for (const { leaf } of entries.values()) yield leaf
}

/** The state after. The floor is reached: step 7 refuses everything below it. */
function moved(
  state: ListState,
  { manifest, fresh, head, headHash, trustedTime }: Statement,
  entries: ListEntries,
): ListState {
  const { floor: _reached, ...rest } = state
  return {
    ...rest,
    ep: fresh.ep,
    ver: fresh.ver,
    head: headHash,
    acc: head.acc,
    core: head.core,
    entries,
    trustedTime: Math.max(trustedTime, fresh.iat, head.core.iat),
    manifest,
  }
}
