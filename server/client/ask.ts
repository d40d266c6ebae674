/** Ask: whatever a client wants of the server beyond its list, each `what` with a handler of its own (asks/index.ts). */
import { type AskName, asks, isAskName } from '../../shared/asks.ts'
import { fail, ok, type Result } from '../../shared/rpc.ts'
import { writeFields } from '../../shared/soap/operations.ts'
import { type AskAnswer, sealAskAnswer } from '../../shared/whitelist/ask.ts'
import type { Canonical } from '../../shared/whitelist/bytes/canonical.ts'
import { fromBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { AskRequest } from '../../shared/whitelist/request.ts'
import { primitives, randomBytes } from '../ground/primitives.ts'
import type { DeviceRow } from '../store/tables.ts'
import type { AskCaller, AskHandler } from './asks/handler.ts'
import { askHandlers } from './asks/index.ts'
import { authenticate } from './authenticate.ts'
import { type Call, type CallAnswer, fault, type Service } from './service.ts'

/** Answers Ask: the result or its refusal, sealed for the device and signed by F for this request. */
export async function ask(service: Service, call: Call): Promise<CallAnswer> {
  const asked = await authenticate(service, 'Ask', call)
  if (!asked.ok) return asked
  const { device, request, sid } = asked.value
  const user = await service.store.users.get(device.user)
  const deviceBox = fromBase64(device.dbox, 32)
  if (!user || !deviceBox) return fault('Internal')
  // Read for each question: a role that was taken a moment ago opens nothing any more.
  const role = (await service.store.administration.role(user.id))?.role
  // As it was when the client asked: it may not know the one that the answer itself brings in.
  const freshSeed = (await service.keys.current()).fresh.secret
  const result = await answerTo(service, { user, device, role, sid, ip: call.ip, gone: call.gone }, request)
  // Logged by name and kind only; the input may hold a password.
  if (!result.ok) tellRefused(service, device, { what: request.what, kind: result.failure.kind })
  const sealed = sealAskAnswer(primitives, answerOf(result), request, { freshSeed, deviceBox, random: randomBytes })
  return { ok: true, value: writeFields(sealed) }
}

function answerTo(service: Service, caller: AskCaller, { what, in: input }: AskRequest): Promise<Result<Canonical>> {
  // A client newer than this server: it is told, signed, that nobody here knows the word.
  return isAskName(what) ? handle(service, caller, { what, input }) : Promise.resolve(unknown)
}

const unknown = fail('badRequest', { fields: ['what'] })

type Given<N extends AskName> = { readonly what: N; readonly input: Canonical }

async function handle<N extends AskName>(
  service: Service,
  caller: AskCaller,
  { what, input }: Given<N>,
): Promise<Result<Canonical>> {
  const parsed = asks[what].input.safeParse(input)
  if (!parsed.success) return fail('badRequest', { fields: parsed.error.issues.map(({ path }) => path.join('.')) })
  const handler: AskHandler<N> = askHandlers[what]
  const result = await handler(service, caller, parsed.data as Parameters<AskHandler<N>>[2])
  return result.ok ? ok(asks[what].output.parse(result.value) as Canonical) : result
}

function answerOf(result: Result<Canonical>): AskAnswer {
  if (result.ok) return { ok: true, out: result.value }
  const { kind, detail = {} } = result.failure
  const { retryAfter, fields, reason } = detail
  const told = {
    ...(retryAfter === undefined ? {} : { retryAfter: Math.ceil(retryAfter) }),
    // Cut, since fields are named by whoever asked: a refusal must fit into an answer.
    ...(fields === undefined ? {} : { fields: fields.slice(0, 20).map((field) => field.slice(0, 100)) }),
    ...(reason === undefined ? {} : { reason }),
  }
  return { ok: false, kind, ...(Object.keys(told).length === 0 ? {} : { detail: told }) }
}

function tellRefused(
  service: Service,
  { user, id }: DeviceRow,
  fields: { readonly what: string; readonly kind: string },
) {
  service.log.info('ask refused', { user, device: id, operation: fields.what, kind: fields.kind })
}
