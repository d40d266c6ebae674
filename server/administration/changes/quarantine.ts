/** Changes that decide about a message that the gateway keeps back. A gateway sends what is released. */

import type { ChangeOf } from '../../../shared/administration/change.ts'
import { refusal } from '../../ground/refusals.ts'
import { tellDeciders, tellNews } from '../../lists/nudge.ts'
import { dueNow, type Move } from '../../store/quarantine.ts'
import type { Applied, Handler, Work } from '../work.ts'

/** Lets a message go to its recipient, also one that was refused before. */
export const releaseKept: Handler<ChangeOf<'quarantine.release'>> = (work, change) =>
  move(work, change, { from: ['kept', 'asked', 'refused'], to: 'released', due: dueNow })

/** Says no to a message; it stays until its time is over. */
export const refuseRelease: Handler<ChangeOf<'quarantine.refuse'>> = (work, change) =>
  move(work, change, { from: ['kept', 'asked'], to: 'refused', due: 0 })

type Kept = { readonly user: string; readonly message: number }

async function move({ inside, now }: Work, { user, message: id }: Kept, step: Move): Promise<Applied> {
  const kept = await inside.quarantine.get(user, id)
  if (!kept) return refusal('keptGone', String(id))
  // Somebody else may have decided since it was shown: the state is asked again in the move itself.
  if (!(await inside.quarantine.move({ user, id }, step))) return refusal('keptDecided', kept.state)
  await tellNews(inside, [user], now)
  await tellDeciders(inside, now)
  return { ok: true, target: `${user} ${id}`, before: kept.state, after: step.to, undo: [] }
}
