/** The engine, composed: a profile folder and ports in, calls and events of the contract out. Knows no face and no host. */
import { join } from 'node:path'
import { contract, type KithContract } from '../../shared/contract.ts'
import { type EventEnvelope, type EventName, type EventValue, fail, type Result, serve } from '../../shared/rpc.ts'
import { holdExclusively } from './database/open.ts'
import { makeFolder } from './ground/atomic-file.ts'
import type { Ports } from './ground/ports.ts'
import { createHandlers } from './handlers/handlers.ts'
import { createSession } from './session/session.ts'
import { createStage } from './session/stage/stage.ts'

/** What a host holds of the engine: it hands envelopes in and passes events on. */
export type Engine = {
  /** Answers one call envelope, however malformed. Never rejects. */
  readonly serve: (envelope: unknown) => Promise<Result<unknown>>
  /** Hands on every event; returns the undo. */
  readonly listen: (receive: (event: EventEnvelope) => void) => () => void
  /** Ends connections and timers, closes the store, lets go of the profile. */
  readonly close: () => Promise<void>
}

/** One engine a profile: where another one lives, every call of this one answers `profileInUse`. */
export async function openEngine(ports: Ports): Promise<Engine> {
  makeFolder(ports.profile)
  const lock = holdExclusively(join(ports.profile, 'engine.lock'))
  if (!lock) return engineInUse
  const receivers = new Set<(event: EventEnvelope) => void>()
  const emit = <N extends EventName<KithContract>>(name: N, value: EventValue<KithContract, N>): void => {
    for (const receive of receivers) receive({ name, value })
  }
  const stage = createStage(ports, emit)
  const session = createSession(stage)
  const answer = serve(contract, createHandlers(stage, session), (name, error) => {
    ports.log.error('bug', {
      call: name,
      error: error instanceof Error ? error.name : typeof error,
      at: placeOf(error),
    })
  })
  // The keychain may take its time: the profile comes up while the window is drawn, and calls wait for it.
  const started = session.start().catch((error: unknown) => {
    ports.log.error('start failed', { error: error instanceof Error ? error.name : typeof error, at: placeOf(error) })
  })
  return {
    serve: async (envelope) => {
      await started
      return answer(envelope)
    },
    listen: (receive) => {
      receivers.add(receive)
      return () => {
        receivers.delete(receive)
      }
    },
    close: async () => {
      await started
      await session.close()
      receivers.clear()
      lock.release()
    },
  }
}

const engineInUse: Engine = {
  serve: () => Promise.resolve(fail('profileInUse')),
  listen: () => () => undefined,
  close: () => Promise.resolve(),
}

/** The place in our own code where the error was thrown, and only that: an error's message may quote contents. */
function placeOf(error: unknown): string {
  const line = error instanceof Error ? error.stack?.split('\n').find((l) => /\/(engine|shared)\//.test(l)) : undefined
  return line?.trim().replace(/^.*?((engine|shared)\/)/, '$1') ?? ''
}
