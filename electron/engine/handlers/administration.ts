/** The administration's calls: each is an ask of the same name, and the server decides each time who may. */
import { type AdminAskName, adminAsks } from '../../../shared/administration.ts'
import type { AskQuestion } from '../../../shared/asks.ts'
import type { KithContract } from '../../../shared/contract.ts'
import type { ClosedFailure, Failed } from '../../../shared/failures.ts'
import { fail, type Handlers } from '../../../shared/rpc.ts'
import type { Canonical } from '../../../shared/whitelist/bytes/canonical.ts'
import type { Ask } from '../link/ask.ts'
import { handlersFor } from './handlers-for.ts'

type AdministrationDependencies = {
  /** How to ask the server; `undefined` while no account is open. */
  readonly ask: () => Ask | undefined
  readonly whyClosed: () => Failed<ClosedFailure>
  /** The role is not what the page believes. */
  readonly roleDoubtful: () => void
  /** The manifest is another: what the new keys sign is believed only once it is here. */
  readonly keysMoved: () => Promise<unknown>
}

/** Each call asks the server; an input that has no canonical form fails here, with `badRequest`. */
export function administrationHandlers({
  ask,
  whyClosed,
  roleDoubtful,
  keysMoved,
}: AdministrationDependencies): Pick<Handlers<KithContract>, AdminAskName> {
  return handlersFor(Object.keys(adminAsks) as AdminAskName[], (name) => async (input) => {
    const askServer = ask()
    if (!askServer) return whyClosed()
    const question = inNormalForm(input)
    if (question === undefined) return fail('badRequest')
    const answer = await askServer(name, question as AskQuestion<typeof name>)
    // The role was taken away meanwhile: asking for it again takes the administration off the screen.
    if (!answer.ok && answer.failure.kind === 'notAllowed') roleDoubtful()
    if (answer.ok && name === 'admin.keyStep') await keysMoved()
    return answer
  })
}

/** Keyboards compose letters in other ways than the canonical form; what has none is `undefined`. */
function inNormalForm(value: unknown): Canonical | undefined {
  if (typeof value === 'string') return value.toWellFormed().normalize('NFC')
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map(inNormalForm)
    return items.every((item) => item !== undefined) ? items : undefined
  }
  const members: Record<string, Canonical> = {}
  for (const [name, member] of Object.entries(value)) {
    // An absent member and an undefined one are the same question; canonical JSON has no null (protocol.md section 2).
    if (member === undefined) continue
    const normal = inNormalForm(member)
    if (normal === undefined || !/^[A-Za-z][A-Za-z0-9]{0,31}$/.test(name)) return undefined
    members[name] = normal
  }
  return members
}
