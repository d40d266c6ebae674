/** A plan as wishes to the list editor, in an order in which each can be granted. */

import type { ContactInput } from '../../shared/administration/change.ts'
import type { ListWish } from '../lists/changes.ts'
import { type ImportedContact, keyOf } from './contact.ts'
import type { ImportPlan, PlannedChange } from './reconcile.ts'

/**
 * Removals first, then changes, then additions. The editor refuses an address that is still another contact's, so a
 * change waits until its address is free. Two contacts that swap addresses can never both wait: one is taken out and
 * added again, and only it loses its history.
 */
export function wishesOf(plan: ImportPlan, source: string): readonly ListWish[] {
  const wishes: ListWish[] = plan.remove.map(({ address }) => ({ op: 'remove', address }))
  const added: ImportedContact[] = [...plan.add]
  const waiting = new Map(plan.change.map((change) => [keyOf(change.before.address), change]))
  for (const change of plan.change) settle(change, waiting, wishes, added)
  const from = ({ externalId }: ImportedContact) => ({ source, external: externalId })
  return [...wishes, ...added.map((one): ListWish => ({ op: 'add', contact: inputOf(one), from: from(one) }))]
}

/** Follows the chain of addresses from one change to the first that is free, and grants it from there back. */
function settle(
  first: PlannedChange,
  waiting: Map<string, PlannedChange>,
  wishes: ListWish[],
  added: ImportedContact[],
): void {
  const chain: PlannedChange[] = []
  let next: PlannedChange | undefined = waiting.get(keyOf(first.before.address))
  while (next) {
    chain.push(next)
    waiting.delete(keyOf(next.before.address))
    const wanted = keyOf(next.after.address)
    const blocked = chain.length > 1 && wanted === keyOf(first.before.address)
    // The chain closes on itself: they swap, and only taking one of them out lets the others move.
    if (blocked) {
      wishes.push({ op: 'remove', address: first.before.address })
      added.push(withFieldsOf(first))
      chain.shift()
    }
    next = waiting.get(wanted)
  }
  for (const { before, changes } of chain.reverse()) wishes.push({ op: 'set', address: before.address, changes })
}

/** What the source does not speak of comes along. */
function withFieldsOf({ before, after }: PlannedChange): ImportedContact {
  const { source: _source, ...rest } = before
  const said = Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined))
  return { ...rest, ...said, externalId: after.externalId, address: after.address, name: after.name }
}

function inputOf({ externalId: _id, line: _line, ...contact }: ImportedContact): ContactInput {
  return contact
}
