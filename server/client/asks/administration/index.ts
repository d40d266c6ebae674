/** The administration's asks: operations as the page has them, each behind one gate. Read this first. */
import type { z } from 'zod'
import type { Access } from '../../../../shared/access.ts'
import { type AdminAskName, maxRows, type Outcome } from '../../../../shared/administration.ts'
import {
  changeForm,
  faultOfChange,
  isAtLeast,
  placeOfFault,
  type Role,
  roleFor,
} from '../../../../shared/administration/change.ts'
import type { outcomeForm } from '../../../../shared/administration/deeds.ts'
import type { AskInput, AskOutput } from '../../../../shared/asks.ts'
import { type FailureKind, fail, ok, type Result } from '../../../../shared/rpc.ts'
import { adminUntil } from '../../../accounts/admin-session.ts'
import { userActor } from '../../../administration/actor.ts'
import { runBatch, undoLines } from '../../../administration/operations/changes.ts'
import { listContacts, whyListed } from '../../../administration/operations/contacts.ts'
import {
  decideProposal,
  listAudit,
  listProposals,
  listReleases,
  listRequests,
  verifyAudit,
} from '../../../administration/operations/control.ts'
import { serviceDesk } from '../../../administration/operations/desk.ts'
import { importsReading } from '../../../administration/operations/imports.ts'
import {
  listKeys,
  renewManifestOperation,
  retireKeyOperation,
  rotateKeyOperation,
} from '../../../administration/operations/keys.ts'
import { getNames } from '../../../administration/operations/names.ts'
import type { Operation, OperationAnswer } from '../../../administration/operations/operation.ts'
import { getOverview, listGroups, listMembers, listRules } from '../../../administration/operations/organisation.ts'
import { getUser, giveAccess, listUsers } from '../../../administration/operations/people.ts'
import { faultAt, type Refusal, refusal } from '../../../ground/refusals.ts'
import { policyFrom } from '../../../organisation/organisation.ts'
import type { Service } from '../../service.ts'
import type { AskCaller, AskHandlers } from '../handler.ts'
import { allPlain, plain } from '../plain.ts'
import { openingAsks } from './opening.ts'
import {
  mostShown,
  type OperationFailure,
  outcomeTold,
  readingFailed,
  refusedOutcome,
  refusedTold,
} from './outcomes.ts'

/** An ask's work once its input was read; the gate adds the failures that every one of them has. */
type Handler<I, T, K extends FailureKind = OperationFailure> = (
  service: Service,
  caller: AskCaller,
  input: I,
) => Promise<Result<T, K>>

/** Before any work: whether the caller has the role, and the administration is open. The way in asks for the role alone. */
function gated<I, T, K extends FailureKind = OperationFailure>(
  least: Role,
  handler: Handler<I, T, K>,
  isWayIn = false,
): Handler<I, T, K | 'notAllowed' | 'secondFactor'> {
  return async (service, caller, input) => {
    if (!caller.role || !isAtLeast(caller.role, least)) return fail('notAllowed')
    if (!isWayIn && (await adminUntil(service, caller.sid, true)) === undefined) return fail('secondFactor')
    return handler(service, caller, input)
  }
}

/** Does the operation as the caller's. */
async function call<I extends z.ZodObject, O extends z.ZodObject>(
  operation: Operation<I, O>,
  service: Service,
  { caller, given }: { readonly caller: AskCaller; readonly given: z.input<I> },
): Promise<OperationAnswer<z.output<O>>> {
  const { user, device, role, gone } = caller
  const desk = serviceDesk(service, {
    actor: userActor(user.id),
    beyond: (changes) =>
      changes.every((change) => role && isAtLeast(role, roleFor(change)))
        ? undefined
        : { kind: 'notAllowed', scope: operation.scope },
    gone,
  })
  const answer = await operation.call(desk, given)
  const fault = answer.ok ? 'ok' : answer.fault.kind
  // The operation and who asked for it; what it held is in the audit log, which only those see who administer.
  service.log.info('administration', { operation: operation.name, fault, user: user.id, device: device.id })
  return answer
}

function read<I extends z.ZodObject, O extends z.ZodObject>(
  operation: Operation<I, O>,
): Handler<z.input<I>, z.output<O>>
function read<I extends z.ZodObject, O extends z.ZodObject, T>(
  operation: Operation<I, O>,
  tell: (value: z.output<O>) => T,
): Handler<z.input<I>, T>
function read<I extends z.ZodObject, O extends z.ZodObject>(
  operation: Operation<I, O>,
  tell: (value: z.output<O>) => unknown = (value) => value,
): Handler<z.input<I>, unknown> {
  return gated(operation.role, async (service, caller, given) => {
    const { count }: { readonly count?: unknown } = given
    // Programs may ask for more; an answer to Ask has at most 1 MiB (protocol.md 4).
    if (typeof count === 'number' && count > maxRows) return fail('badRequest', { fields: ['count'] })
    const isBounded = count !== undefined || !('count' in operation.input.shape)
    const answer = await call(operation, service, { caller, given: isBounded ? given : { ...given, count: maxRows } })
    return answer.ok ? ok(allPlain(tell(answer.value))) : readingFailed(answer.fault)
  })
}

type Decisive = { readonly why?: string; readonly dry?: boolean }
/** What a person tries is told with the names of those whom it touches. */
type Common = { readonly why: string; readonly dryRun: boolean; readonly explain: boolean }

/** What leads to an outcome. `giving`: the operation's input, or the outcome where it is known without it. */
function change<Q extends Decisive, I extends z.ZodObject>(
  operation: Operation<I, typeof outcomeForm>,
  giving: (question: Q, common: Common) => z.input<I> | Outcome,
): Handler<Q, Outcome> {
  return gated<Q, Outcome>(operation.role, async (service, caller, question) => {
    const { why: reason = '', dry: dryRun = false } = question
    const given = giving(question, { why: plain(reason.trim()), dryRun, explain: dryRun })
    if (isOutcome(given)) return ok(given)
    const answer = await call(operation, service, { caller, given })
    if (!answer.ok) return refusedTold(answer.fault)
    return ok(outcomeTold(answer.value, dryRun && (await needsReason(service))))
  })
}

function isOutcome(given: object): given is Outcome {
  return 'state' in given
}

async function needsReason({ store }: Service): Promise<boolean> {
  return policyFrom(await store.organisation.policy()).reason === 'required'
}

function proposalsTold({ proposals }: z.output<typeof listProposals.output>): AskOutput<'admin.proposals'> {
  return {
    proposals: proposals.map(({ changes, ...rest }) => ({
      ...rest,
      changes: changes.slice(0, mostShown).map((one) => JSON.stringify(one)),
      count: changes.length,
    })),
  }
}

/** Without what only the command line tells: older clients refuse an answer with more than they know. */
function keysTold({ keys, ...rest }: z.output<typeof listKeys.output>): AskOutput<'admin.keys'> {
  return { ...rest, keys: keys.map(({ level: _level, ...facts }) => facts) }
}

/** Asks that only look, each the reading of the same name. */
const readingAsks = {
  'admin.overview': read(getOverview),
  'admin.users': read(listUsers),
  'admin.user': read(getUser),
  'admin.contacts': read(listContacts),
  'admin.why': read(whyListed),
  'admin.groups': read(listGroups),
  'admin.members': read(listMembers),
  'admin.rules': read(listRules),
  'admin.audit': read(listAudit),
  'admin.verify': read(verifyAudit),
  'admin.proposals': read(listProposals, proposalsTold),
  'admin.requests': read(listRequests),
  'admin.releases': read(listReleases),
  'admin.imports': read(importsReading),
  'admin.keys': read(listKeys, keysTold),
  'admin.names': read(getNames),
} satisfies Partial<AskHandlers>

type Deeds = 'admin.decide' | 'admin.change' | 'admin.undo' | 'admin.keyStep' | 'admin.access'

function malformed(error: z.ZodError, given: unknown): Refusal {
  const path = error.issues[0]?.path ?? []
  if (path.at(-1) !== 'expires') return refusal('malformed', placeOfFault(error), faultOfChange(error))
  const typed = path.reduce<unknown>((value, key) => Object(value)[key], given)
  return refusal('date', String(typed))
}

/** Asks that change something. Each says how the page's question becomes the operation's input. */
const deedAsks: Pick<AskHandlers, Deeds> = {
  'admin.change': change(runBatch, ({ changes: given }, common) => {
    // The page sends changes as data, so each is read here; one that does not fit is told at its place.
    const parsed = given.map((one: unknown) => changeForm.safeParse(one))
    const faults = parsed.flatMap(({ error }, index) => (error ? [faultAt(index, malformed(error, given[index]))] : []))
    return faults.length > 0 ? refusedOutcome(faults) : { changes: parsed.flatMap(({ data }) => data ?? []), ...common }
  }),
  'admin.undo': change(undoLines, ({ n: first }, common) => ({ first, ...common })),

  'admin.decide': async (service, caller, { id, approve, dry = false }) => {
    const decided = await change(decideProposal, (_, common) => ({ id, approve, ...common }))(service, caller, { dry })
    return decided.ok && decided.value.state === 'done' && !approve ? ok(refusedOutcome([])) : decided
  },

  'admin.keyStep': gated<AskInput<'admin.keyStep'>, Outcome>(
    rotateKeyOperation.role,
    async (service, caller, { step, why: reason }) => {
      const common = { why: plain(reason.trim()) }
      const moved =
        step.step === 'renew'
          ? await call(renewManifestOperation, service, { caller, given: common })
          : step.step === 'retire'
            ? await call(retireKeyOperation, service, { caller, given: { key: step.key, ...common } })
            : await call(rotateKeyOperation, service, {
                caller,
                given: { key: step.key, stolen: step.stolen, ...common },
              })
      return moved.ok ? ok({ state: 'manifest', ...moved.value }) : refusedTold(moved.fault)
    },
  ),

  /** The answer is sealed to the caller's device. */
  'admin.access': gated<AskInput<'admin.access'>, Access>(
    giveAccess.role,
    async (service, caller, { user, give, why: reason }) => {
      const given = await call(giveAccess, service, { caller, given: { user, give, why: plain(reason.trim()) } })
      return given.ok ? ok({ state: 'given', ...given.value }) : refusedTold(given.fault)
    },
  ),
}

const {
  'admin.state': state,
  'admin.setUp': setUp,
  'admin.confirm': confirm,
  'admin.open': open,
  'admin.close': close,
  'admin.recoveryCodes': recoveryCodes,
} = openingAsks

/**
 * All asks of the administration. The way in is open to whoever has a role; the others only while the administration
 * is open.
 */
export const administrationAsks: Pick<AskHandlers, AdminAskName> = {
  'admin.state': gated('auditor', state, true),
  'admin.setUp': gated('auditor', setUp, true),
  'admin.confirm': gated('auditor', confirm, true),
  'admin.open': gated('auditor', open, true),
  'admin.close': gated('auditor', close, true),
  'admin.recoveryCodes': gated('auditor', recoveryCodes),
  ...readingAsks,
  ...deedAsks,
}
