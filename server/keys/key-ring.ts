/** The keys of the serving process, F, S and G: read again whenever the manifest has moved, so that a rotation needs no restart. */
import type { KeyPair } from '../../shared/whitelist/bytes/primitives.ts'
import type { Manifest } from '../../shared/whitelist/manifest.ts'
import type { Context } from '../settings/context.ts'
import { KeyUnreadable, readKeys } from './key-files.ts'
import { manifestOf } from './manifests.ts'
import { allListed } from './policy-key.ts'

/** What the serving process signs and opens with, as one manifest has it. */
export type ServingKeys = {
  /** The manifest that these keys belong to, and the epoch of all lists under it. */
  readonly manifest: Pick<Manifest, 'ver' | 'ep' | 'exp'>
  /** Signs answers. */
  readonly fresh: KeyPair
  /** Open logins: those of a client that has not heard of the newest one yet, too. */
  readonly server: readonly KeyPair[]
  /** Signs verdicts. */
  readonly gateway: KeyPair
}

/** How often whoever signs without being asked by a client looks for rotated keys. */
export const keysMs = 1_000

/** `current` asks the store, for whoever answers a client; `last` asks nobody, for mail, which must not wait. */
export type KeyRing = {
  /** Those of the manifest in force now. */
  current(): Promise<ServingKeys>
  /** Those of the last look. */
  readonly last: () => ServingKeys
}

/**
 * Reads the keys that the manifest lists. Throws `KeyUnreadable` where one is missing; `current` does so too, after a
 * rotation.
 */
export async function openKeyRing({ folder, store }: Pick<Context, 'folder' | 'store'>): Promise<KeyRing> {
  const load = async (): Promise<ServingKeys> => {
    const { m } = manifestOf(await store.journal.manifest())
    const listed = async (name: 'fresh' | 'server' | 'gateway', keys: readonly string[]) => {
      const [first, ...others] = allListed(await readKeys(folder, name), keys)
      if (!first) throw new KeyUnreadable(`the ${name} key that the manifest lists is missing in ${folder.keys}`)
      return [first, ...others] as const
    }
    const [fresh] = await listed('fresh', m.fk)
    const server = await listed('server', m.sk)
    const [gateway] = await listed('gateway', m.gk)
    return { manifest: { ver: m.ver, ep: m.ep, exp: m.exp }, fresh, server, gateway }
  }
  let last = await load()
  return {
    async current() {
      // One number is read at each request; files are read only when it has changed.
      const newest = await store.journal.newestManifest()
      if (newest !== last.manifest.ver) last = await load()
      return last
    },
    last: () => last,
  }
}

/** G, whichever key is in use when a message is signed. */
export function gatewayOf(keyRing: KeyRing): KeyPair {
  return {
    get public() {
      return keyRing.last().gateway.public
    },
    get secret() {
      return keyRing.last().gateway.secret
    },
  }
}
