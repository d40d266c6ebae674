/** For tests of readers: what a text gives, or what is wrong with it or its rows. */
import { utf8 } from '../../../shared/whitelist/bytes/encoding.ts'
import { faultOfRow, type ImportResult } from '../contact.ts'

export function readingBy(reader: (bytes: Uint8Array) => ImportResult) {
  const read = (text: string) => reader(utf8(text))
  return {
    read,
    contactsOf: (text: string) => {
      const result = read(text)
      if (!result.ok) throw new Error(JSON.stringify(result.fault))
      return result.value.contacts
    },
    faultsOf: (text: string) => {
      const result = read(text)
      return result.ok ? (result.value.left ?? []).map(faultOfRow) : result.fault
    },
  }
}
