/** What the main process and the engine's process say to each other over their port. */
import type { EventEnvelope, Result } from '../../../shared/rpc.ts'

/** What the engine needs to know of its host. `demoFile`: a JSON file that describes a demo server. */
export type StartOptions = {
  readonly profile: string
  readonly demoFile: string | undefined
  readonly appVersion: string
  readonly systemLanguage: string
  readonly loopback: 'allowed' | 'refused'
}

/** From the main process to the engine. `start` comes first; `id` tells the answers apart. */
export type ToEngine =
  | { readonly type: 'start'; readonly options: StartOptions }
  | { readonly type: 'call'; readonly id: number; readonly envelope: unknown }
  | { readonly type: 'consent'; readonly origin: string; readonly given: boolean }
  | { readonly type: 'close' }

/** From the engine to the main process. `closed` is the last. */
export type FromEngine =
  | { readonly type: 'ready' }
  /** The engine could not be made; `profileInUse`: another Kith holds the profile. The process ends after it. */
  | { readonly type: 'failed'; readonly reason: 'profileInUse' | 'internal' }
  | { readonly type: 'answer'; readonly id: number; readonly result: Result<unknown> }
  | { readonly type: 'event'; readonly event: EventEnvelope }
  /** The engine wants to meet a new server; `consent` answers. */
  | { readonly type: 'askConsent'; readonly origin: string }
  | { readonly type: 'closed' }

/** The far end as the main process sees it; a fake in tests, a utility process in the app. */
export interface EngineChild {
  post(message: ToEngine): void
  onMessage(receive: (message: FromEngine) => void): void
  onExit(left: () => void): void
  kill(): void
}
