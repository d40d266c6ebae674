/** Every limit of KWP/1 in one place. Sizes in bytes, times in milliseconds. */

const minute = 60_000
const day = 24 * 60 * minute

/** Fresh, head and manifest objects (protocol.md section 2). */
export const maxObjectBytes = 64 * 1024
/** A sealed object, and what its body may expand to (sections 2 and 14). */
export const maxSealedBytes = 8 * 1024 * 1024
/** Request bytes of one call. */
export const maxRequestBytes = 64 * 1024
/** An answer to `Ask`, before it is sealed: whoever has more to tell tells it by the page. */
export const maxAskAnswerBytes = 1024 * 1024
/** A list with more bytes of entries than this goes in parts (section 6). */
export const partsAbove = 2 * 1024 * 1024
/** Most entries of one part (section 6). */
export const entriesPerPart = 512
/** Most parts that a client takes: a list of a million entries. */
export const maxParts = 2_048
/** The sealed body is padded to a multiple of this (section 3.6). */
export const padTo = 4_096
/** A client further behind than this gets a full list (section 6). */
export const maxDeltaVersions = 1_000
/** Most hashes of a chain: versions that a client may be behind and still follow without enrolling again. */
export const maxChain = 50_000
/** Most manifest steps in one answer. */
export const maxManifestSteps = 64
/** Most commands in one answer. */
export const maxCommands = 16
/** The F-signed statement lives at most this long (sections 3.5 and 6). */
export const maxFreshLife = 15 * minute
/** What the server gives it. */
export const freshLife = 10 * minute
/**
 * A statement or head that is dated further ahead of the device's clock moves nothing (section 6). Not more than a
 * statement lives: what was taken at the very edge then never makes the next honest answer a stale one.
 */
export const maxAhead = freshLife
/** Off-line days where the policy names none. */
export const defaultOfflineDays = 7
/** A server's nonce of `Hello` lives this long (section 5). */
export const helloLife = minute
/** `Wait` is held at most this long (section 7). */
export const waitHold = 50_000
/** Milliseconds of a day, for policies that count days. */
export const dayMillis = day
