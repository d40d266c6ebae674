/** Looks up a server's name, and refuses one that leads back to this machine: whoever owns a name can point it there. */
import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLoopbackNumber } from './server-address.ts'

/** As the system answers, with an error in place of numbers of this machine. */
export const lookupElsewhere: LookupFunction = (name, options, answer) => {
  systemLookup(name, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    if (error || !first) answer(error ?? new Error('no address'), [])
    else if (found.some(({ address }) => isLoopbackNumber(address))) answer(new Error('an address of this machine'), [])
    else if (options.all) answer(null, found)
    else answer(null, first.address, first.family)
  })
}
