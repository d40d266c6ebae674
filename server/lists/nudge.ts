/** Tells a user's devices that something other than the list has changed. */
import { isAtLeast } from '../../shared/administration/change.ts'
import type { Store } from '../store/store.ts'

/** Wakes the user's connected devices although the list did not change: they ask again and are told. */
export async function nudge(inside: Store, user: string, now: number): Promise<void> {
  await announce(inside, user, { kind: 'access', now })
}

/** Wakes users' devices for something beside the list, such as contact requests; an empty name is nobody. */
export async function tellNews(inside: Store, users: readonly string[], now: number): Promise<void> {
  for (const user of users) if (user !== '') await announce(inside, user, { kind: 'news', now })
}

/** The same for whoever decides about requests and proposals: something waits for them, or no longer does. */
export async function tellDeciders(inside: Store, now: number): Promise<void> {
  const deciders = (await inside.administration.roles()).filter(({ role }) => isAtLeast(role, 'operator'))
  await tellNews(
    inside,
    deciders.map(({ user }) => user),
    now,
  )
}

type Announced = { readonly kind: 'access' | 'news'; readonly now: number }

/**
 * Through the outbox, like a list's change, so that it reaches every server that shares the store, and only if the
 * transaction commits. Whoever has no list has no device that waits.
 */
async function announce(inside: Store, user: string, { kind, now }: Announced): Promise<void> {
  const list = await inside.lists.ofUser(user)
  if (list) await inside.lists.announce({ kind, list: list.id, epoch: list.epoch, version: list.version, at: now })
}
