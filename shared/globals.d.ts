/**
 * What `shared/` may take from its surroundings: the two codecs that Node, Electron and browsers all have,
 * with the members used here and no others, so that no DOM or Node type gets in.
 */

interface TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  /** The Encoding Standard's name of it, whatever label was given. */
  readonly encoding: string
  decode(bytes: Uint8Array): string
}
declare var TextDecoder: {
  /** Throws a RangeError when the label names no encoding. */
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder
}
