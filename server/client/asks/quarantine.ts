/** What the gateway keeps back for the calling user: seen, and asked for. */
import { heldReasonSchema, type KeptMessage } from '../../../shared/quarantine.ts'
import { fail, ok } from '../../../shared/rpc.ts'
import { tellDeciders, tellNews } from '../../lists/nudge.ts'
import { dueNow, type Quarantined } from '../../store/quarantine.ts'
import type { AskHandlers } from './handler.ts'
import { plain } from './plain.ts'

/** Only the caller's own rows: the user is part of every question to the store. */
export const quarantineAsks: Pick<AskHandlers, 'quarantine.list' | 'quarantine.release' | 'quarantine.delete'> = {
  'quarantine.list': async ({ store, config }, { user }, window) => {
    const { total, rows } = await store.quarantine.page(user.id, window)
    return ok({ total, by: config.gateway.releaseBy, kept: rows.map(keptOf) })
  },

  'quarantine.release': async ({ store, config, clock, log }, { user, device }, { id }) => {
    const to = config.gateway.releaseBy === 'user' ? 'released' : 'asked'
    const due = to === 'released' ? dueNow : 0
    // What was asked for under a policy of old may go now; what somebody has decided stays decided.
    const from = to === 'released' ? (['kept', 'asked'] as const) : (['kept'] as const)
    const moved = await store.transaction(async (inside) => {
      const isMoved = await inside.quarantine.move({ user: user.id, id }, { from, to, due })
      if (isMoved) await tellDeciders(inside, clock.now())
      return isMoved
    })
    if (moved) {
      log.info('release asked', { user: user.id, device: device.id, kind: to })
      return ok({ state: to })
    }
    const kept = await store.quarantine.get(user.id, id)
    if (!kept) return fail('notFound')
    return kept.state === 'refused' ? fail('refused') : ok({ state: kept.state })
  },

  'quarantine.delete': async ({ store, clock, log }, { user, device }, { id, scope }) => {
    const count = await store.transaction(async (inside) => {
      const gone = await inside.quarantine.discard({ user: user.id, id, scope })
      // The user's other devices, and whoever was asked for one of them.
      if (gone > 0) await tellNews(inside, [user.id], clock.now())
      if (gone > 0) await tellDeciders(inside, clock.now())
      return gone
    })
    if (count === 0) return fail('notFound')
    log.info('kept messages deleted', { user: user.id, device: device.id, kind: scope })
    return ok({ count })
  },
}

/** A stranger's words, cut to what an answer carries. */
function keptOf({ id, sender, subject, at, rule, reason, state }: Quarantined): KeptMessage {
  const why = heldReasonSchema.safeParse(reason)
  return {
    id,
    claimedAddress: plain(sender),
    subject: plain(subject),
    at,
    rule,
    // Rows always have one; a gateway of another version may have others.
    reason: why.success ? why.data : 'notListed',
    state,
  }
}
