/** Operations that change something: by a proposal that the policy process carries out, whose result the answer waits for. */
import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { type Change, type ChangeOp, changeSchema } from '../administration/change.ts'
import { submit, tryChanges } from '../administration/submit.ts'
import { beyondToken, scopeFor } from '../administration/tokens.ts'
import type { Ran } from '../administration/work.ts'
import { type Answer, type Failed, failed, unknownUser } from './faults.ts'
import { type Desk, type Operation, operation } from './operation.ts'
import { fieldsOf } from './operations/forms.ts'

export const listChange = z
  .strictObject({
    user: z.string(),
    version: z.number().int(),
    added: z.number().int(),
    changed: z.number().int(),
    removed: z.number().int(),
  })
  .meta({ id: 'ListChange' })

/** `pending`: the proposal waits for a second person (`approval`) or for whoever holds the policy key (`signature`). */
export const outcome = z.strictObject({
  state: z.enum(['done', 'pending', 'dryRun']),
  proposal: z.string().optional(),
  needs: z.enum(['approval', 'signature']).optional(),
  lists: z.array(listChange),
  audit: z.array(z.number().int()),
})
export type Outcome = z.infer<typeof outcome>

export const asked = { why: z.string().max(1_000).optional(), dryRun: z.boolean().optional() }
export type Asked = { readonly why?: string | undefined; readonly dryRun?: boolean | undefined }

/** An operation that is one change, with its fields. `names`: other names for some of them, that every language can write. */
export function changing(name: string, op: ChangeOp, names: Readonly<Record<string, string>> = {}): Operation {
  const renamed = Object.entries(fieldsOf(op)).map(([field, schema]) => [names[field] ?? field, schema])
  const fields: z.core.$ZodLooseShape = Object.fromEntries(renamed)
  const back = new Map(Object.entries(names).map(([field, given]) => [given, field]))
  return operation({
    name,
    scope: scopeFor({ op }),
    input: z.strictObject({ ...fields, ...asked }),
    output: outcome,
    work(desk, { why, dryRun, ...given }) {
      const entries = Object.entries(given).map(([field, value]) => [back.get(field) ?? field, value])
      const change = changeSchema.parse({ op, ...Object.fromEntries(entries) })
      return runAs(desk, [change], { why, dryRun })
    },
  })
}

/** How long an answer waits for the proposal's result. */
const waitMs = 20_000
/** Where the policy key is not here: another server on the same store may have it. */
const elsewhereMs = 1_000
/** Between two looks, where another process carries it out. */
const lookMs = 250

export async function runAs(
  desk: Desk,
  changes: readonly Change[],
  { why = '', dryRun = false }: Asked,
): Promise<Answer<Outcome>> {
  const beyond = beyondToken(desk.holder.scopes, changes)
  if (beyond) return failed('NotAllowed', { scope: scopeFor(beyond) })
  const stranger = changes.length === 1 && changes[0] ? await strangerIn(desk, changes[0]) : undefined
  if (stranger) return stranger
  const { store, config, clock, who } = desk
  const run = { changes, who, via: 'soap', why, now: clock.now() }
  if (dryRun) return answerOf(await tryChanges({ store, config }, run), 'dryRun')
  const submitted = await submit({ store, config }, run)
  if (!submitted.ok || !('pending' in submitted)) return answerOf(submitted, 'done')
  const { pending: proposal, needs } = submitted
  return needs === 'approval' ? pendingOf(proposal, needs) : settled(desk, proposal)
}

function pendingOf(proposal: string, needs: 'approval' | 'signature'): Answer<Outcome> {
  return { ok: true, value: { state: 'pending', proposal, needs, lists: [], audit: [] } }
}

/** The result of a proposal that is ready, as soon as it is carried out; `pending` where that takes too long. */
export async function settled(desk: Desk, proposal: string): Promise<Answer<Outcome>> {
  const start = performance.now()
  let end = start + waitMs
  for (;;) {
    const asked = await Promise.race([
      desk.policy.ask({ task: 'carryOut' }),
      after(Math.max(0, end - performance.now()), { kind: 'unavailable' } as const, { ref: false }),
    ])
    if (desk.gone.aborted) return pendingOf(proposal, 'signature')
    const row = await desk.store.administration.proposal(proposal)
    if (row && (row.state === 'done' || row.state === 'refused') && row.result !== '') {
      const done = answerOf(JSON.parse(row.result) as Ran, 'done')
      return done.ok ? { ok: true, value: { ...done.value, proposal } } : done
    }
    if (asked.kind === 'keyAbsent') end = start + elsewhereMs
    if (row?.state !== 'ready' || performance.now() > end) return pendingOf(proposal, 'signature')
    await after(lookMs)
  }
}

function answerOf(ran: Ran, state: 'done' | 'dryRun'): Answer<Outcome> {
  if (!ran.ok)
    return failed('ChangeRefused', {
      faults: ran.faults.map(({ index, why, code }) => ({ index, why, ...(code === undefined ? {} : { code }) })),
    })
  const lists = ran.lists.map(({ user, version, added, changed, removed }) => ({
    user,
    version,
    added,
    changed,
    removed,
  }))
  return { ok: true, value: { state, lists, audit: state === 'done' ? [...ran.audit] : [] } }
}

/** A change of somebody who is not there has a fault of its own. */
async function strangerIn({ store }: Desk, change: Change): Promise<Failed | undefined> {
  if (change.op === 'user.add' || !('user' in change) || change.user === undefined) return undefined
  return (await store.users.get(change.user)) ? undefined : unknownUser(change.user)
}
