/** Tells a user's devices that something other than the list has changed. */
import type { Store } from '../store/store.ts'

/** Wakes the user's connected devices although the list did not change: they ask again and are told. */
export async function nudge(inside: Store, usr: string, now: number): Promise<void> {
  const list = await inside.lists.ofUser(usr)
  if (list) await inside.lists.announce({ kind: 'access', list: list.id, ep: list.ep, ver: list.ver, at: now })
}
