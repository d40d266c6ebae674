/** Limits of the SOAP reader (protocol.md section 4). */

/** Bytes of a whole envelope. */
export const maxEnvelopeBytes = 12 * 1024 * 1024
export const maxDepth = 8
export const maxElements = 64
/** Namespace declarations of one element; nothing else is an attribute here. */
export const maxAttributes = 8
/** Characters of a namespace. */
export const maxNamespaceLength = 200
/** References to the five entities in one envelope; base64 and hex need none, and each costs a string. */
export const maxReferences = 1_000
/** Line breaks in one envelope; the same. */
export const maxLineBreaks = 1_000
/** Characters kept of a fault's reason: it goes to logs only. */
export const maxReasonLength = 200
