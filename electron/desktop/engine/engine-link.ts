/**
 * The main process's end of the engine: calls out, answers and events in. When the engine's process ends unasked, the
 * calls under way fail, a new one is started after a pause, and the page is told to look at everything again.
 */
import { catchUp } from '../../../shared/catch-up.ts'
import { type EventEnvelope, fail, type Result } from '../../../shared/rpc.ts'
import type { EngineChild, FromEngine } from './messages.ts'

/** The engine's process as the main process uses it. */
export type EngineLink = {
  /** Never rejects; while the engine restarts, a call waits for it. */
  serve(envelope: unknown): Promise<Result<unknown>>
  /** Asks the engine to close, and ends its process when it takes too long. */
  close(): Promise<void>
}

type LinkOptions = {
  readonly fork: () => EngineChild
  readonly clock: { now(): number; after(ms: number, act: () => void): () => void }
  readonly onEvent: (event: EventEnvelope) => void
  /** The engine could not be made at all: starting it again would end the same way. */
  readonly onFailed: (reason: 'profileInUse' | 'internal') => void
  /** Asks the person whether the engine may speak with this new server. */
  readonly askConsent: (origin: string) => Promise<boolean>
}

/** Pause before the first restart; it doubles up to the longest. In milliseconds. */
const firstPause = 250
const longestPause = 30_000
/** An engine that ran this long was healthy: the next pause is the first again. */
const healthyAfter = 60_000
/** How long the engine may take to close: its own deadlines for SMTP and IMAP are shorter. */
const closeLimit = 8_000
/** Calls that may wait for an engine; a page that asks for more is broken. */
const maxWaiting = 1_000

type Answer = (result: Result<unknown>) => void

/** Starts the engine's process and links it; `close` ends both. */
export function openEngineLink(options: LinkOptions): EngineLink {
  return new Link(options)
}

class Link implements EngineLink {
  readonly #options: LinkOptions
  readonly #answers = new Map<number, Answer>()
  #child: EngineChild | undefined
  #state: 'starting' | 'ready' | 'failed' | 'closing' = 'starting'
  #waiting: { readonly envelope: unknown; readonly answer: Answer }[] = []
  #nextId = 1
  #pause = firstPause
  #startedAt = 0
  #starts = 0
  #undoRestart: () => void = () => undefined
  #closed: () => void = () => undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#start()
  }

  serve(envelope: unknown): Promise<Result<unknown>> {
    return new Promise((resolve) => {
      if (this.#state === 'ready') this.#send(envelope, resolve)
      else if (this.#state === 'starting' && this.#waiting.length < maxWaiting)
        this.#waiting.push({ envelope, answer: resolve })
      else resolve(fail('internal'))
    })
  }

  async close(): Promise<void> {
    const child = this.#child
    this.#state = 'closing'
    this.#undoRestart()
    this.#failAll()
    if (!child) return
    await new Promise<void>((resolve) => {
      const undo = this.#options.clock.after(closeLimit, () => {
        // Nothing is lost by it: every step of mail and list is on the disk before it is announced.
        child.kill()
        resolve()
      })
      this.#closed = () => {
        undo()
        resolve()
      }
      child.post({ type: 'close' })
    })
  }

  #start(): void {
    const child = this.#options.fork()
    this.#child = child
    this.#startedAt = this.#options.clock.now()
    this.#starts += 1
    child.onMessage((message) => this.#receive(message))
    child.onExit(() => this.#exited())
  }

  #send(envelope: unknown, answer: Answer): void {
    const id = this.#nextId
    this.#nextId += 1
    this.#answers.set(id, answer)
    try {
      this.#child?.post({ type: 'call', id, envelope })
    } catch {
      // An envelope that can't be cloned is no envelope of the contract.
      this.#answer(id, fail('badRequest'))
    }
  }

  #receive(message: FromEngine): void {
    if (message.type === 'answer') this.#answer(message.id, message.result)
    else if (message.type === 'event') this.#options.onEvent(message.event)
    else if (message.type === 'ready') this.#becameReady()
    else if (message.type === 'failed') this.#failed(message.reason)
    else if (message.type === 'askConsent') void this.#askConsent(message.origin)
    else this.#closed()
  }

  async #askConsent(origin: string): Promise<void> {
    const child = this.#child
    const given = await this.#options.askConsent(origin)
    // An engine that ended meanwhile has nothing waiting, and its successor did not ask.
    if (child === this.#child) child?.post({ type: 'consent', origin, given })
  }

  #answer(id: number, result: Result<unknown>): void {
    const answer = this.#answers.get(id)
    this.#answers.delete(id)
    answer?.(result)
  }

  #becameReady(): void {
    if (this.#state !== 'starting') return
    this.#state = 'ready'
    const waiting = this.#waiting
    this.#waiting = []
    for (const { envelope, answer } of waiting) this.#send(envelope, answer)
    // Events of the dead engine's time are lost: what they would have told is asked for.
    if (this.#starts > 1) void catchUp((envelope) => this.serve(envelope), this.#options.onEvent)
  }

  #failed(reason: 'profileInUse' | 'internal'): void {
    if (this.#state === 'closing') return
    this.#state = 'failed'
    this.#failAll()
    this.#options.onFailed(reason)
  }

  #exited(): void {
    this.#child = undefined
    this.#closed()
    // Nobody will answer these any more. What waits in the queue is kept for the next engine.
    this.#failAnswers()
    if (this.#state === 'closing' || this.#state === 'failed') return
    this.#state = 'starting'
    if (this.#options.clock.now() - this.#startedAt >= healthyAfter) this.#pause = firstPause
    this.#undoRestart = this.#options.clock.after(this.#pause, () => this.#start())
    this.#pause = Math.min(this.#pause * 2, longestPause)
  }

  #failAnswers(): void {
    const answers = [...this.#answers.values()]
    this.#answers.clear()
    for (const answer of answers) answer(fail('internal'))
  }

  #failAll(): void {
    this.#failAnswers()
    for (const { answer } of this.#waiting) answer(fail('internal'))
    this.#waiting = []
  }
}
