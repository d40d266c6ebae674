/** What is used of iconv-lite: its own types bring all of Node's, which `shared/` must not know. */

declare const iconv: {
  encodingExists(label: string): boolean
  decode(bytes: Uint8Array, label: string): string
}
export { iconv as default }
