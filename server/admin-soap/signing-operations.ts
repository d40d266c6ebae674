/** For whoever holds the policy key elsewhere: what to sign and what it changes, and the signatures back. */
import { z } from 'zod'
import { type DeedOutcome, outcomeForm } from '../../shared/administration/deeds.ts'
import { decodeCanonical, encodeCanonical } from '../../shared/whitelist/bytes/canonical.ts'
import { fromBase64, toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import { type SignedCommand, signedCommandSchema } from '../../shared/whitelist/command.ts'
import { anchorSchema, dueAnchor, faultOfAnchor, keepAnchor } from '../administration/anchors.ts'
import { deed, failedBy, type OperationAnswer, refusedBy } from '../administration/operations/operation.ts'
import { commit, draft } from '../administration/signing.ts'
import { pack } from '../signing/bundle.ts'
import { tellContents } from '../signing/contents.ts'

/** A proposal's id, or `reissue`: heads at half of their life. */
const what = z.string().max(64)

/**
 * What the signing machine is told. It believes none of the descriptions and checks all of it
 * (signing/check-draft.ts).
 */
export const drafted = z.strictObject({
  organisation: z.string(),
  /** Milliseconds since the epoch: part of what is signed. */
  now: z.number().int(),
  heads: z.array(z.base64()),
  /** What each head changes, in their order: a bundle (server/signing/bundle.ts). */
  changes: z.base64(),
  commands: z.array(
    z
      .strictObject({ device: z.string(), command: z.enum(['wipe', 'lock', 'rotate']), scope: z.enum(['list', 'all']) })
      .meta({ id: 'DeviceCommand' }),
  ),
})

const draftOperation = deed({
  name: 'Draft',
  role: 'administrator',
  scope: 'sign',
  input: z.strictObject({ proposal: what }),
  output: drafted,
  async work({ store, config, clock }, { proposal }) {
    // One moment for the draft and, handed back, for the commit: heads hold it, so both must make the same bytes.
    const now = clock.now()
    const made = await draft({ store, config }, { what: proposal, now })
    if (!made.ok) return refusedBy(made)
    const { heads, commands } = made.value
    const changes = heads.map(({ change: { removals, additions, changes: changed } }) => ({
      gone: removals,
      put: [...additions, ...changed],
    }))
    return {
      ok: true,
      value: {
        organisation: config.org,
        now,
        heads: heads.map(({ bytes }) => toBase64(bytes)),
        changes: toBase64(pack(changes)),
        commands: commands.map(({ dev: device, cmd, scope }) => ({ device, command: cmd, scope })),
      },
    }
  },
})

/** What lists hold, as the server says it; `version` and `acc` are those that the drafted heads build on. */
export const listContents = z.strictObject({
  lists: z.array(
    z.strictObject({ list: z.string(), version: z.number().int(), acc: z.string() }).meta({ id: 'ListContents' }),
  ),
  /** What each holds, in their order: a bundle. */
  contents: z.base64(),
})

/** The first of the lists that are asked for, as many as fit in one answer. */
const contentsOperation = deed({
  name: 'GetListContents',
  role: 'administrator',
  scope: 'sign',
  input: z.strictObject({ lists: z.array(z.string().max(200)).min(1).max(10_000) }),
  output: listContents,
  async work({ store }, { lists }) {
    const { rows, bundle } = await tellContents(store, lists)
    const told = rows.map(({ id, version, acc }) => ({ list: id, version, acc }))
    return { ok: true, value: { lists: told, contents: toBase64(bundle) } }
  },
})

const commitOperation = deed({
  name: 'Commit',
  role: 'administrator',
  scope: 'sign',
  input: z.strictObject({
    proposal: what,
    now: z.number().int().min(0),
    signatures: z.array(z.base64()),
    /** Signed commands, canonical. */
    commands: z.array(z.base64()).max(1_000).optional(),
  }),
  output: outcomeForm,
  async work(
    { store, config, clock },
    { proposal, now, signatures: texts, commands = [] },
  ): Promise<OperationAnswer<DeedOutcome>> {
    // One that is no signature becomes zeros, which verify nowhere: the order of the others must stay.
    const signatures = texts.map((text) => fromBase64(text, 64) ?? new Uint8Array(64))
    const signedCommands = commands.flatMap(commandFrom)
    const done = await commit({ store, config, clock }, { what: proposal, now, signatures, commands: signedCommands })
    if (done.ok) {
      const lists = done.value.lists.map(({ list: _list, ...rest }) => rest)
      return { ok: true, value: { state: 'done', proposal, lists, audit: [...done.value.audit] } }
    }
    return done.movedOn ? failedBy({ kind: 'movedOn' }) : refusedBy(done)
  },
})

const line = z.object({
  n: z.number().int(),
  at: z.number().int(),
  who: z.string(),
  via: z.string(),
  op: z.string(),
  target: z.string(),
  why: z.string(),
  before: z.string(),
  after: z.string(),
  undo: z.string(),
  prev: z.string(),
  hash: z.string(),
})

/** The end of the audit log, lines of it for whoever follows it, and from where on it is anchored. */
export const draftedAnchor = z.object({
  organisation: z.string(),
  /** Number and hash of the last line; 0 where there is none. */
  last: z.number().int(),
  hash: z.string(),
  /** The line that is anchored first; absent where there is nothing to be anchored. */
  since: z.number().int().optional(),
  lines: z.array(line.meta({ id: 'ChainedLine' })),
})

/** Lines may be long: so many fit into an answer. */
const linesAtOnce = 100

const draftAnchorOperation = deed({
  name: 'DraftAnchor',
  role: 'administrator',
  scope: 'sign',
  /** `after`: with the lines after this one. */
  input: z.strictObject({ after: z.number().int().min(0).optional() }),
  output: draftedAnchor,
  work: ({ store, config, clock }, { after }) =>
    store.snapshot(async (inside) => {
      const last = await inside.administration.lastAudit()
      const due = await dueAnchor(inside, clock.now())
      const lines = after === undefined ? [] : [...(await inside.administration.auditsAfter(after, linesAtOnce))]
      const end = { last: last?.n ?? 0, hash: last?.hash ?? '' }
      return { ok: true, value: { organisation: config.org, ...end, ...(due ? { since: due.from } : {}), lines } }
    }),
})

const anchorOperation = deed({
  name: 'AnchorAudit',
  role: 'administrator',
  scope: 'sign',
  input: anchorSchema,
  output: z.object({ anchored: z.number().int() }),
  work: ({ store }, anchor) =>
    store.transaction(async (inside) => {
      const due = await dueAnchor(inside, anchor.at)
      const isDue = due !== undefined && anchor.n <= due.n && anchor.from === due.from
      // More lines may have come since it was drafted; those are for the next one.
      if (!isDue || (await faultOfAnchor(inside, anchor))) return failedBy({ kind: 'movedOn' })
      await keepAnchor(inside, anchor)
      return { ok: true, value: { anchored: anchor.n } }
    }),
})

/** A signed command as it is handed in: its canonical bytes in base64. */
export function textOfCommand(command: SignedCommand): string {
  return toBase64(encodeCanonical(command))
}

function commandFrom(text: string): readonly SignedCommand[] {
  const parsed = signedCommandSchema.safeParse(decodeCanonical(fromBase64(text) ?? new Uint8Array()))
  return parsed.success ? [parsed.data] : []
}

/** For tokens with the scope `sign`. The page and the command line at the server do without them. */
export const signingOperations = [
  draftOperation,
  contentsOperation,
  commitOperation,
  draftAnchorOperation,
  anchorOperation,
]
