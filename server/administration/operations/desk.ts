/** The desk at which operations are done, for each door. */

import type { Actor } from '../actor.ts'
import type { Administration } from '../administer.ts'
import { noteAs } from '../audit.ts'
import { keysView, takeKeyStepHere } from '../keys/key-steps.ts'
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
    ...{ store, config, clock, policy, url, cert },
    note: noteAs({ clock, ...actor }),
    run: runningAs({ store, config, clock }, actor),
    patience: patienceMs,
    isAtServer: false,
  }
}

/** At the server, where the data folder is: everything is open, and what is not done at once is not waited for. */
export function localDesk(administration: Administration, url: () => string, cert?: string): Desk {
  const { store, config, clock, actor, note, run } = administration
  return {
    ...{ store, config, clock, actor, note, run, url, cert },
    beyond: () => undefined,
    policy: policyHere(administration, actor),
    patience: 0,
    gone: new AbortController().signal,
    isAtServer: true,
  }
}

function policyHere(administration: Administration, actor: Actor): PolicyPort {
  const { folder, config, store, clock } = administration
  const context = { folder, config, store, clock }
  return {
    async ask(task) {
      if (task.task === 'keys') return { kind: 'keys', keys: await keysView(context) }
      if (task.task === 'carryOut')
        return { kind: (await administration.carryOut()) === undefined ? 'keyAbsent' : 'done' }
      const { step, why } = task
      const done = await takeKeyStepHere(context, step, { why, note: noteAs({ clock, ...actor }) })
      if (!done.ok) {
        const { ok: _ok, ...refused } = done
        return { kind: 'refused', ...refused }
      }
      const { ver: version, ep: epoch, exp: expires } = done.value
      return { kind: 'manifest', version, epoch, expires }
    },
  }
}
