/** What the stores need from outside. */
import type { Clock } from '../clock.ts'
import type { Keyboard, Kith } from '../host.ts'

/** What every slice is made from. */
export type Ports = {
  readonly host: Kith
  readonly clock: Clock
  /** The system's languages, most wanted first: used until the engine has told its settings. */
  readonly languages: readonly string[]
  readonly keyboard: Keyboard
}
