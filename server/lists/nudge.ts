/** Tells a user's devices that something other than the list has changed. */
import type { Store } from '../store/store.ts'

/** Wakes the user's connected devices although the list did not change: they ask again and are told. */
export async function nudge(inside: Store, usr: string, now: number): Promise<void> {
  await announce(inside, usr, { kind: 'access', now })
}

/** Wakes users' devices for something beside the list, such as contact requests; an empty name is nobody. */
export async function tellNews(inside: Store, users: readonly string[], now: number): Promise<void> {
  for (const usr of users) if (usr !== '') await announce(inside, usr, { kind: 'news', now })
}

type Announced = { readonly kind: 'access' | 'news'; readonly now: number }

async function announce(inside: Store, usr: string, { kind, now }: Announced): Promise<void> {
  const list = await inside.lists.ofUser(usr)
  if (list) await inside.lists.announce({ kind, list: list.id, ep: list.ep, ver: list.ver, at: now })
}
