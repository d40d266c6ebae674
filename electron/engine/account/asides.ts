/**
 * Stores that were put aside because their keys were lost, and whose keys are back: what lies in them is taken over into
 * the store in use, and they go. One that does not open stays where it is.
 */
import type { Ports } from '../ground/ports.ts'
import { asidesOf, removeStore } from '../keys/account-place.ts'
import { openVault } from '../keys/vault.ts'
import { takeOverMail } from '../mail/store/take-over.ts'
import { type AccountStore, storeOf, vaultDependencies } from './account-store.ts'

/** Never fails: what can't be taken over now is tried again at the next start. */
export async function takeOverAsides(ports: Ports, store: AccountStore): Promise<void> {
  for (const place of asidesOf(store.place)) {
    try {
      const vault = await openVault(vaultDependencies(ports, place))
      // Without the database's key only a login of that old device would open it, and that device may be revoked.
      const aside = vault.ok && vault.value.keys.database ? storeOf(place, vault.value) : undefined
      if (!vault.ok || !aside?.ok) continue
      try {
        takeOverMail(aside.value.database, store.database)
      } finally {
        aside.value.database.close()
      }
      await vault.value.destroy()
      removeStore(place)
      ports.log.info('a store that was put aside is taken over')
    } catch (error) {
      ports.log.warn('a store that was put aside stays aside', { error: error instanceof Error ? error.name : '' })
    }
  }
}
