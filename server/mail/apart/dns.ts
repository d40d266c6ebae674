/** Where the keys of DKIM are looked up. */
import { resolveTxt } from 'node:dns/promises'
import type { DkimMeans } from '../../../shared/guard/dkim.ts'

/** TXT records by name, each as one text; a test gives its own. */
export type Dns = Pick<DkimMeans, 'txt'>

/** The resolver of the machine. The strings of one record belong together (RFC 6376 3.6.2.2). */
export const systemDns: Dns = {
  txt: async (name) => (await resolveTxt(name)).map((strings) => strings.join('')),
}
