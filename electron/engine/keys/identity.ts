/** The device as the server knows it: keys, the manifest it trusts, the rising number of its requests. */
import type { SignedManifest } from '../../../shared/whitelist/manifest.ts'
import type { DeviceKeys } from './device-keys.ts'

/** Who this device is in its requests. */
export type Identity = {
  readonly keys: () => DeviceKeys
  readonly manifest: () => SignedManifest | undefined
  readonly setManifest: (manifest: SignedManifest) => void
  readonly nextSeq: () => number
  readonly seq: () => number
  /** As the server names the user; empty before the first login. */
  readonly userId: () => string
  /** From now on `keep` keeps every change. Before the first login there is no store that could. */
  readonly bind: (keep: IdentityKeeper) => void
}

type IdentityKeeper = {
  readonly keys: () => DeviceKeys
  readonly manifest: () => SignedManifest | undefined
  readonly setManifest: (manifest: SignedManifest) => void
  readonly userId: () => string
  /** The highest number that is kept. */
  readonly seq: () => number
  readonly setSeq: (seq: number) => void
}

/**
 * `seq` follows the clock where that is ahead: a store restored from a copy must not repeat numbers that the server has
 * seen already.
 */
export function createIdentity(keys: DeviceKeys, now: () => number, seq = 0): Identity {
  let last = seq
  let manifest: SignedManifest | undefined
  let keeper: IdentityKeeper | undefined
  return {
    keys: () => keeper?.keys() ?? keys,
    manifest: () => (keeper ? keeper.manifest() : manifest),
    setManifest: (next) => {
      manifest = next
      keeper?.setManifest(next)
    },
    // Kept before it is used: a crash after sending must not lead to the same number again (protocol.md section 4).
    nextSeq: () => {
      last = Math.max(last + 1, now())
      keeper?.setSeq(last)
      return last
    },
    seq: () => last,
    userId: () => keeper?.userId() ?? '',
    bind: (keep) => {
      keeper = keep
      // Requests may have gone out before there was a store: the higher of both numbers counts.
      last = Math.max(last, keep.seq())
    },
  }
}
