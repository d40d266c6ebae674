/** kith send: submits, and waits until the message is sent or cannot be. */
import type { Delivery, Draft } from '../../../shared/message.ts'
import type { FailureKind } from '../../../shared/rpc.ts'
import { namesUnprovenColleague } from '../../../shared/session.ts'
import type { Command, Context } from '../client.ts'
import { done, failed, internalFailure, type Outcome } from '../outcome.ts'
import { refusalWords, wordsOf } from '../words.ts'

type SendOptions = {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly subject: string | undefined
  readonly text: string | undefined
  readonly wait: boolean
  /** Longest wait, in milliseconds. */
  readonly timeout: number
}

/** `kith send`: submits one message, and waits until it is sent or cannot be. Refused recipients fail the command. */
export function send(options: SendOptions): Command {
  return async (context) => {
    const text = options.text ?? (await context.input.rest())
    if (text === '') return { ok: false, usage: 'a text is needed, as an argument or on standard input' }
    const kind: Draft['kind'] = options.subject === undefined ? 'chat' : 'mail'
    const draft = { kind, to: [...options.to], cc: [...options.cc], subject: options.subject ?? '', text }
    const watch = watchDeliveries(context)
    try {
      const submitted = await context.kith.call('outbox.submit', draft)
      if (!submitted.ok) return failed(submitted.failure)
      const { id } = submitted.value
      const outcome = options.wait
        ? await watch.outcomeOf(id, options.timeout)
        : done('Queued.', { id, step: 'waiting' })
      // Asked afterwards: by then the server has said it, also where this run has only just signed in.
      if (await isUnproven(context, [...options.to, ...options.cc])) context.streams.error(unprovenWords)
      return outcome
    } finally {
      watch.stop()
    }
  }
}

const unprovenWords =
  'colleagues will find it in Held: nothing proves yet who of your organisation wrote a message; ' +
  'your administrator can change that\n'

async function isUnproven({ kith }: Context, recipients: readonly string[]): Promise<boolean> {
  const session = await kith.call('session.state', {})
  return session.ok && namesUnprovenColleague(session.value, recipients)
}

/** Listens before the message exists: a fast server may have it before `submit` has answered. */
function watchDeliveries({ kith, clock, interrupted }: Context) {
  let look: () => void = () => undefined
  const undo = kith.on('message.changed', () => look())
  const finished = async (id: string): Promise<Outcome | undefined> => {
    const message = await kith.call('message.get', { id })
    if (!message.ok) return failed(message.failure)
    return outcomeOf(id, message.value.delivery)
  }
  return {
    stop: undo,
    outcomeOf: (id: string, timeout: number) =>
      new Promise<Outcome>((resolve, reject) => {
        const stopWaiting = () => {
          undoTimer()
          resolve(stillWaiting)
        }
        const undoTimer = clock.after(timeout, stopWaiting)
        // Ctrl+C ends the waiting, not the message: it is in the queue.
        void interrupted.then(stopWaiting)
        const settle = async () => {
          const outcome = await finished(id)
          if (!outcome) return
          undoTimer()
          resolve(outcome)
        }
        look = () => {
          settle().catch(reject)
        }
        // At once too: the message may have been sent before anybody listened for this id.
        look()
      }),
  }
}

/** Nothing is lost: the queue is on disk. */
const stillWaiting = failed(
  { kind: 'mailUnreachable' },
  'not sent yet; the message is kept and will be sent when Kith runs and reaches the mail server',
)

const sendFailures: Readonly<Record<Extract<Delivery, { step: 'failed' }>['reason'], FailureKind>> = {
  refused: 'refused',
  rejected: 'mailRejected',
  authFailed: 'mailAuthFailed',
  tooLarge: 'tooLarge',
  expired: 'mailUnreachable',
}

/** Undefined while the message is under way. */
function outcomeOf(id: string, delivery: Delivery | undefined): Outcome | undefined {
  if (!delivery) return failed(internalFailure)
  if (delivery.step === 'waiting' || delivery.step === 'sending') return undefined
  if (delivery.step !== 'failed') return done('Sent.', { id, step: delivery.step })
  const failure = { kind: sendFailures[delivery.reason] }
  const refusals = (delivery.refusals ?? []).map((refusal) => `\n  ${refusalWords(refusal)}`)
  return failed(failure, wordsOf(failure) + refusals.join(''))
}
