/**
 * What makes up for events that were missed: after a gap in the stream, or a restart of the engine, nobody knows what
 * happened meanwhile. Every event of the contract stands in the table, so that a new one cannot be forgotten.
 */
import type { KithContract } from './contract.ts'
import type { CallEnvelope, CallName, EventEnvelope, EventName, EventValue, Input, Output } from './rpc.ts'

type Call = CallName<KithContract>
type Event = EventName<KithContract>

/** Calls without an argument whose answer is the event's value. */
type AsksFor<N extends Event> = {
  [C in Call]: Output<KithContract, C> extends EventValue<KithContract, N>
    ? Record<string, never> extends Input<KithContract, C>
      ? C
      : never
    : never
}[Call]

/**
 * `ask`: the answer of this call is told as the event. `tell`: this value makes whoever listens look again. `passed`: the
 * event speaks of a moment; once missed it is over, or another event of the table covers what it changed.
 */
type MakeUp<N extends Event> =
  | { readonly by: 'ask'; readonly call: AsksFor<N> }
  | { readonly by: 'tell'; readonly value: EventValue<KithContract, N> }
  | { readonly by: 'passed' }

const makeUps: { readonly [N in Event]: MakeUp<N> } = {
  'session.changed': { by: 'ask', call: 'session.state' },
  'whitelist.changed': { by: 'ask', call: 'whitelist.status' },
  'settings.changed': { by: 'ask', call: 'settings.get' },
  'contacts.changed': { by: 'tell', value: { revision: 0 } },
  'requests.changed': { by: 'tell', value: { waiting: 0 } },
  // An empty id stands for any conversation, and so for every message.
  'conversation.changed': { by: 'tell', value: { id: '' } },
  'held.changed': { by: 'tell', value: { total: 0 } },
  'quarantine.changed': { by: 'tell', value: {} },
  'held.admitted': { by: 'passed' },
  'message.changed': { by: 'passed' },
  'message.arrived': { by: 'passed' },
  'request.arrived': { by: 'passed' },
  'app.open': { by: 'passed' },
}

/** Carries a call to the engine and brings its Result back, not parsed. */
type Send = (envelope: CallEnvelope) => Promise<unknown>

/** Asks for what may have changed and tells it as events, in the table's order. What cannot be asked for now is left out. */
export async function catchUp(send: Send, tell: (event: EventEnvelope) => void): Promise<void> {
  for (const [name, makeUp] of Object.entries<MakeUp<Event>>(makeUps)) {
    // In the table's order: whoever listens hears of the session before anything that belongs to it.
    if (makeUp.by === 'tell') tell({ name, value: makeUp.value })
    if (makeUp.by !== 'ask') continue
    const value = await send({ name: makeUp.call, input: {} }).then(valueIn, () => undefined)
    if (value !== undefined) tell({ name, value })
  }
}

function valueIn(result: unknown): unknown {
  return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined
}
