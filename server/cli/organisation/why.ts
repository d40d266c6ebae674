/** `kith-server why`: which rule admits or refuses an address */
import { readings } from '../../../shared/administration/readings.ts'
import { needed } from '../fields.ts'
import { iso, reads } from '../reading.ts'

/** `why`; it works here and by a server elsewhere. */
export const whyCommand = reads('why', 'which rule admits or refuses an address', {
  asks: readings.why,
  takes: { user: needed('<login>', 'whose whitelist'), address: needed('<address>', 'the address in question') },
  tell: ({ expired, ...answer }) => ({
    text: answer.words.join('\n'),
    value: { ...answer, ...(expired === undefined ? {} : { expired: iso(expired) }) },
  }),
})
