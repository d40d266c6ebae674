/** How the services ask for the keys: of the policy process, since they themselves never hold P or R. */
import { setTimeout as after } from 'node:timers/promises'
import type { KeyStep, KeysView } from '../../../shared/key-steps.ts'
import { type Done, type Refusal, refusal } from '../../ground/refusals.ts'
import type { Actor } from '../actor.ts'
import type { PolicyAnswer, PolicyPort } from './policy-tasks.ts'

/** The new manifest: its version, the epoch of all lists, and its end in milliseconds. */
type Moved = { readonly version: number; readonly epoch: number; readonly expires: number }

/** The keys as they are; refused where the policy process is away. */
export async function askKeys(policy: PolicyPort): Promise<Done<KeysView>> {
  const answer = await policy.ask({ task: 'keys' })
  return answer.kind === 'keys' ? { ok: true, value: answer.keys } : refusedBy(answer)
}

/** `patience`: milliseconds until the caller is answered that the step goes on; absent: it waits to the end. */
type Asking = Actor & { readonly why: string; readonly patience?: number }

/** Has a step taken and waits for the new manifest. A step that takes longer goes on, and `keysWorking` says so. */
export async function moveKeys(
  policy: PolicyPort,
  step: KeyStep,
  { patience, ...asking }: Asking,
): Promise<Done<Moved>> {
  const giveUp = new AbortController()
  const asked = policy.ask({ task: 'keyStep', step, ...asking })
  const answer = await (patience === undefined
    ? asked
    : Promise.race([asked, after(patience, undefined, { ref: false, signal: giveUp.signal }).catch(() => undefined)]))
  // Otherwise the timer would hold its promise for the rest of the 20 seconds.
  giveUp.abort()
  if (!answer) return refusal('keysWorking')
  if (answer.kind !== 'manifest') return refusedBy(answer)
  const { version, epoch, expires } = answer
  return { ok: true, value: { version, epoch, expires } }
}

function refusedBy(answer: PolicyAnswer): Refusal {
  if (answer.kind !== 'refused') return refusal('keysAway')
  const { kind: _kind, ...rest } = answer
  return { ok: false, ...rest }
}
