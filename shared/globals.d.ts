/**
 * What `shared/` may take from its surroundings: the two codecs that Node, Electron and browsers all have,
 * with the members used here and no others, so that no DOM or Node type gets in. And the types of tr46,
 * which carries none.
 */

interface TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare var TextEncoder: { new (): TextEncoder }

interface TextDecoder {
  decode(bytes: Uint8Array): string
}
declare var TextDecoder: {
  /** Throws a RangeError when the label names no encoding. */
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder
}

declare module 'tr46' {
  /** UTS #46 section 4.1; all default to false. */
  export type Options = {
    readonly checkBidi?: boolean
    readonly checkHyphens?: boolean
    readonly checkJoiners?: boolean
    readonly transitionalProcessing?: boolean
    readonly useSTD3ASCIIRules?: boolean
    readonly verifyDNSLength?: boolean
  }
  /** `null` when the name is not valid. */
  export function toASCII(domain: string, options?: Options): string | null
  export function toUnicode(domain: string, options?: Options): { readonly domain: string; readonly error: boolean }
}
