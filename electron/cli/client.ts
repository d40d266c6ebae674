/** The engine as a command uses it: opened on a profile, unlocked when asked to, closed whatever happens. */
import { contract, type KithContract } from '../../shared/contract.ts'
import { connect, type Failure, type Host } from '../../shared/rpc.ts'
import type { Session } from '../../shared/session.ts'
import type { Engine } from '../engine/engine.ts'
import type { Clock } from '../engine/ground/ports.ts'
import type { Input } from './input.ts'
import { failed, internalFailure, type Outcome, type Streams } from './outcome.ts'

type Kith = Host<KithContract>

/** What a command is given: the engine, where words come from and go to, and how it is asked to answer. */
export type Context = {
  readonly kith: Kith
  readonly input: Input
  readonly streams: Streams
  readonly clock: Clock
  /** Resolves when the user ends the command. */
  readonly interrupted: Promise<void>
  readonly json: boolean
  /** The first line of standard input is the passphrase (after the password, for `login`). */
  readonly passphraseStdin: boolean
}

/** One command of the terminal; it says how it ended, and prints nothing of that itself. */
export type Command = (context: Context) => Promise<Outcome>

/** Opens, runs, closes. */
export async function withEngine(
  open: () => Promise<Engine>,
  context: Omit<Context, 'kith'>,
  command: Command,
): Promise<Outcome> {
  const engine = await open()
  try {
    const kith = connect(contract, {
      send: (envelope) => engine.serve(envelope),
      listen: (receive) => engine.listen(receive),
    })
    return await command({ ...context, kith })
  } finally {
    await engine.close()
  }
}

/** A command that needs an open store: unlocks it first, with the passphrase if there is one to be had. */
export function signedIn(command: Command): Command {
  return async (context) => {
    const state = await context.kith.call('session.state', {})
    if (!state.ok) return failed(state.failure)
    const session = state.value.step === 'locked' ? await unlock(context, state.value) : state
    if (!session.ok) return failed(session.failure)
    return session.value.step === 'ready' ? command(context) : failed(closedFailure(session.value))
  }
}

async function unlock(context: Context, session: Extract<Session, { step: 'locked' }>) {
  const { input, kith } = context
  const question = session.secret === 'passphrase' ? 'Passphrase: ' : 'Password: '
  // A pipe is read only where the caller has said that a passphrase is in it: its first line may be the message.
  const secret = input.interactive || context.passphraseStdin ? await input.secret(question) : undefined
  if (secret === undefined) return { ok: false, failure: { kind: 'locked' } } as const
  return kith.call('session.unlock', { secret })
}

function closedFailure(session: Session): Failure {
  // Why it is closed where nobody signed out: the keychain is away, a store is damaged.
  if (session.step === 'signedOut') return { kind: session.cause ?? 'notSignedIn' }
  if (session.step === 'pending') return { kind: 'devicePending' }
  return session.step === 'locked' ? { kind: 'locked' } : internalFailure
}
