/** Limits of the web host, in one place. */

/** Largest body of a call, in bytes: the longest text of a message in four-byte characters, and room. */
export const maxBody = 1_000_000
/** Time for a request's headers, in milliseconds: whoever sends them slower holds a connection for nothing. */
export const headersTimeout = 10_000
/** Time for the whole request, headers included, in milliseconds. */
export const requestTimeout = 30_000
/** Pages that may listen at once. */
export const maxStreams = 32
/** Bytes that a page may leave unread before its stream is closed; it comes back and asks again. */
export const maxUnread = 1_000_000
/** A comment this often, in milliseconds, shows both sides that the stream lives. */
export const heartbeat = 25_000
