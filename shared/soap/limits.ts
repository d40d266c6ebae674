/** Limits of the SOAP reader (protocol.md section 4). */

/** Bytes of a whole envelope. */
export const maxEnvelopeBytes = 12 * 1024 * 1024
const maxDepth = 8
const maxElements = 64
/** Namespace declarations of one element; nothing else is an attribute here. */
export const maxAttributes = 8
/** Characters of a namespace. */
export const maxNamespaceLength = 200
/** The same where other programs say besides where a schema lies. */
export const maxTypedAttribute = 1_000
/** References to the five entities in one envelope; base64 and hex need none, and each costs a string. */
const maxReferences = 1_000
/** Line breaks in one envelope; the same. */
const maxLineBreaks = 1_000
/** Characters kept of a fault's reason: it goes to logs only. */
export const maxReasonLength = 200

/** What a document may be. */
export type XmlRules = {
  readonly maxBytes: number
  readonly maxDepth: number
  readonly maxElements: number
  readonly maxReferences: number
  readonly maxLineBreaks: number
  /**
   * Calls of programs that read a WSDL: elements may repeat and nest, and what toolkits write besides is taken where it
   * says nothing.
   */
  readonly isTyped: boolean
}

/** Envelopes between Kith's own ends. */
export const flatXml: XmlRules = {
  maxBytes: maxEnvelopeBytes,
  maxDepth,
  maxElements,
  maxReferences,
  maxLineBreaks,
  isTyped: false,
}

/** Calls of the administration service: 100,000 changes are no attack there, and whoever sends them is known. */
export const typedXml: XmlRules = {
  maxBytes: maxEnvelopeBytes,
  maxDepth: 16,
  maxElements: 200_000,
  maxReferences: 200_000,
  maxLineBreaks: 400_000,
  isTyped: true,
}
