/** A reader without a thread, for tests whose clock stands still: in no other thread has anything its turn there. */
import type { DnsResolver } from '../../ground/ports.ts'
import { readMessage } from '../incoming/read-message.ts'
import type { MessageReader } from '../incoming/reader.ts'

export function readInPlace(dns: DnsResolver): MessageReader {
  return {
    read: async (task) => ({ ...(await readMessage(task, dns)), raw: task.raw }),
    close: () => undefined,
  }
}
