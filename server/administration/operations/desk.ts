/** The desk at which operations are done, for each door. */

import type { Administration } from '../administer.ts'
import { noteAs } from '../audit.ts'
import { answerKeyStep, keysView } from '../keys/key-steps.ts'
import type { PolicyPort } from '../keys/policy-tasks.ts'
import { runningAs } from '../submit.ts'
import type { Desk } from './operation.ts'

/** How long an answer waits for whoever holds the policy key. */
const patienceMs = 20_000

type Parts = Pick<Desk, 'store' | 'config' | 'clock' | 'policy' | 'url' | 'cert'>
type Calling = Pick<Desk, 'actor' | 'beyond' | 'gone'>

/** In a service, whose process never holds the policy key. */
export function serviceDesk({ store, config, clock, policy, url, cert }: Parts, calling: Calling): Desk {
  const { actor } = calling
  return {
    ...calling,
    store,
    config,
    clock,
    policy,
    url,
    cert,
    note: noteAs({ clock, ...actor }),
    run: runningAs({ store, config, clock }, actor),
    patience: patienceMs,
    isAtServer: false,
  }
}

/** At the server, where the data folder is: everything is open, and what is not done at once is not waited for. */
export function localDesk(administration: Administration, url = (): string => '', cert?: string): Desk {
  const { store, config, clock, actor, note, run } = administration
  return {
    store,
    config,
    clock,
    actor,
    note,
    run,
    url,
    cert,
    beyond: () => undefined,
    policy: policyHere(administration),
    patience: 0,
    gone: new AbortController().signal,
    isAtServer: true,
  }
}

function policyHere({ carryOut, ...context }: Administration): PolicyPort {
  return {
    async ask(task) {
      if (task.task === 'keys') return { kind: 'keys', keys: await keysView(context) }
      if (task.task === 'keyStep') return answerKeyStep(context, task, 'here')
      return { kind: (await carryOut()) === undefined ? 'keyAbsent' : 'done' }
    },
  }
}
