/** What is used of iconv-lite: its own types bring all of Node's, which `shared/` must not know. */

declare namespace iconv {
  function encodingExists(label: string): boolean
  function decode(bytes: Uint8Array, label: string): string
}
export = iconv
