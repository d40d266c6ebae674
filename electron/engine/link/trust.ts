/**
 * Which organisation's manifest this account trusts. A pin (enrolment code, provisioned server) decides at the first
 * contact; without one the first manifest seen is kept and its fingerprint shown (protocol.md section 5.1). From then
 * on only the manifest's own root keys can change it. A pin may name root keys that have been replaced since: then the
 * steps from theirs to the newest lead on.
 */
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { fromHex } from '../../../shared/whitelist/bytes/encoding.ts'
import type { Primitives } from '../../../shared/whitelist/bytes/primitives.ts'
import { digitsOf } from '../../../shared/whitelist/digits.ts'
import {
  acceptFirst,
  acceptNext,
  decodeManifest,
  manifestVersion,
  type ManifestResult,
  rootFingerprint,
  type SignedManifest,
} from '../../../shared/whitelist/manifest.ts'

/** Judges the manifests that a server shows. */
export type Trust = {
  /**
   * The version of the manifest after which the server's steps should begin. `undefined` asks for the newest alone:
   * there is nothing that it would have to follow from.
   */
  readonly after: () => number | undefined
  /** Follows the steps that a Hello brought, all or none. Failure: untrustedServer. */
  readonly follow: (steps: readonly Uint8Array[]) => Result<SignedManifest, 'untrustedServer'>
}

type TrustOptions = {
  readonly primitives: Primitives
  readonly now: () => number
  /** Fingerprint of the root keys, hex, and the organisation's name, both from an enrolment code. */
  readonly pin?: string
  readonly org?: string
  /** The manifest kept from earlier. */
  readonly known: () => SignedManifest | undefined
  readonly accepted: (manifest: SignedManifest) => void
}

/** The trust of one account, beginning at the manifest kept from earlier or at the pin. */
export function createTrust(options: TrustOptions): Trust {
  const { primitives, now } = options
  return {
    after: () => manifestVersion(options.known()) ?? (options.pin === undefined ? undefined : 0),
    follow: (steps) => {
      const before = options.known()
      let current = before
      for (const bytes of steps) {
        const step = decodeManifest(bytes)
        if (!step) return fail('untrustedServer')
        // Older than the pin: nobody vouches for it, and nothing is taken from it.
        if (!current && options.pin !== undefined && rootFingerprint(primitives, step.m) !== options.pin) continue
        const result: ManifestResult = current
          ? acceptNext(primitives, current, step, now())
          : acceptFirst(primitives, step, firstContext(options))
        if (!result.ok) return fail('untrustedServer')
        current = result.value
      }
      if (!current) return fail('untrustedServer')
      // Only now, after the last step: a chain that breaks in the middle leaves the trusted manifest as it was.
      if (current !== before) options.accepted(current)
      return ok(current)
    },
  }
}

function firstContext({ now, pin, org }: TrustOptions): Parameters<typeof acceptFirst>[2] {
  return { now: now(), ...(pin === undefined ? {} : { pin }), ...(org === undefined ? {} : { org }) }
}

/** The server's fingerprint as digits, to compare by telephone. */
export function serverWords(primitives: Primitives, manifest: SignedManifest): string {
  const fingerprint = fromHex(rootFingerprint(primitives, manifest.m), 32)
  return fingerprint ? digitsOf(fingerprint) : ''
}
