/** The limits of the embedded mail, in one place. */

/** Bytes of a message (RFC 1870). */
export const maxMessageBytes = 25 * 1024 * 1024
/** Milliseconds after which a submission is not tried again, so that its Message-ID may be forgotten. */
export const submissionMemoryMs = 30 * 24 * 3_600_000
/** Connections at a time, each server. */
export const maxConnections = 1_000
