/** The time as a port: everything that asks what time it is gets a clock. */

/** `now`: milliseconds since the epoch. */
export type Clock = { readonly now: () => number }

/** The system's time. */
export function systemClock(): Clock {
  return { now: () => Date.now() }
}
