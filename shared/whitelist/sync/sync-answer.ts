/** The answer to `Sync` as bytes: what SOAP carries (protocol.md section 4), before anything is checked. */
export type SyncAnswer = {
  readonly fresh: Uint8Array
  readonly freshSig: Uint8Array
  readonly head: Uint8Array
  readonly headSig: Uint8Array
  /** `coreHash` of each version after the client's, hex, oldest first; empty where there is nothing to follow. */
  readonly chain: readonly string[]
  /** Absent where nothing changed. */
  readonly sealed?: Uint8Array
  /** Signed manifests after the client's, oldest first. */
  readonly manifests: readonly Uint8Array[]
}
