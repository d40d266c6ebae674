/** The time as a port: everything that asks what time it is gets one of these. */
export type Clock = { readonly now: () => number }

export function systemClock(): Clock {
  return { now: () => Date.now() }
}
