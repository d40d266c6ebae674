/** Asks the server for what is not the list (shared/asks.ts), and believes only an answer signed by F for this request. */
import {
  type AskFailure,
  type AskName,
  type AskOutput,
  type AskQuestion,
  asks,
  isAskFailure,
} from '../../../shared/asks.ts'
import { failureKinds, type ServerFailure } from '../../../shared/failures.ts'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { operations, readFields } from '../../../shared/soap/operations.ts'
import { createTurns } from '../../../shared/turns.ts'
import { openAskAnswer } from '../../../shared/whitelist/ask.ts'
import { type Canonical, encodeCanonical } from '../../../shared/whitelist/bytes/canonical.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import { maxRequestBytes } from '../../../shared/whitelist/limits.ts'
import { keysOf, type SignedManifest } from '../../../shared/whitelist/manifest.ts'
import type { AskRequest } from '../../../shared/whitelist/request.ts'
import type { Log } from '../ground/ports.ts'
import type { SignedCalls } from './signed-calls.ts'

/** Asks one question of `shared/asks.ts`. Failures: those of the question, of the link, and untrustedServer. */
export type Ask = <N extends AskName>(
  what: N,
  input: AskQuestion<N>,
) => Promise<Result<AskOutput<N>, AskFailure<N> | ServerFailure>>

/** `boxSecret` and `manifest` are functions: both may be replaced while a question is out. */
type AskDependencies = {
  readonly calls: SignedCalls
  readonly primitives: Primitives
  readonly boxSecret: () => Uint8Array
  readonly manifest: () => SignedManifest | undefined
  readonly log: Log
}

/** Bytes of a request beside its input. */
const overhead = 2_000

/**
 * Questions go one after another, so that their numbers arrive in order. Those that the server thinks about for long
 * go at once, so that they hold up no other.
 */
export function createAsk(dependencies: AskDependencies): Ask {
  const askOne = createAskOne(dependencies)
  const inTurn = createTurns()
  return (what, input) => {
    const ask = () => askOne(what, input)
    return longAsks.has(what) ? ask() : inTurn(ask)
  }
}

// They wait for the policy key, which may be in another process or in need of a second person.
const longAsks: ReadonlySet<AskName> = new Set<AskName>(['admin.change', 'admin.undo', 'admin.decide', 'admin.keyStep'])

function createAskOne({ calls, primitives, boxSecret, manifest, log }: AskDependencies): Ask {
  return async (what, input) => {
    const question = asks[what].input.safeParse(input)
    if (!question.success) return fail('badRequest')
    const given = question.data as Canonical
    // Refused here with a word of its own: the server would only say that the request is too large.
    if (encodeCanonical(given).length > maxRequestBytes - overhead) return fail('tooLarge')
    let asked: AskRequest | undefined
    const answer = await calls.call('Ask', (common) => {
      asked = { ...common, what, in: given }
      return asked
    })
    if (!answer.ok) return { ok: false, failure: answer.failure }
    const fields = readFields(operations.Ask.response, answer.value)
    // Read after the answer: the call may have logged in anew and followed the manifest to newer keys.
    const trusted = manifest()
    if (!fields || !asked || !trusted) return fail('untrustedServer')
    const keys = { freshKeys: keysOf(trusted, 'fk'), boxSecret: boxSecret() }
    const opened = openAskAnswer(primitives, fields, asked, keys)
    if (!opened) return fail('untrustedServer')
    if (!opened.ok) {
      if (isAskFailure(what, opened.kind)) return fail(opened.kind, opened.detail)
      log.warn('refusal that is none of the question', { what, kind: opened.kind })
      // A kind that is known here is an older or a faulty server's, about which a newer Kith would know no more.
      return fail(failureKinds.some((known) => known === opened.kind) ? 'internal' : 'serverNewer')
    }
    const output = asks[what].output.safeParse(opened.out)
    return output.success ? ok(output.data as AskOutput<typeof what>) : fail('serverNewer')
  }
}
