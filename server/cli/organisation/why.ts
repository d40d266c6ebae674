/** `kith-server why`: which rule admits or refuses an address */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { commonOptions, withCommon } from '../command.ts'
import { givenOf, iso, reads } from '../reading.ts'

const whyOptions = commonOptions.extend({ user: z.string(), address: z.string() })

/** Adds `why`; it works here and by a server elsewhere. */
export function addWhyCommand(program: Command): void {
  withCommon(program.command('why').description('which rule admits or refuses an address'))
    .requiredOption('--user <login>', 'whose whitelist')
    .requiredOption('--address <address>', 'the address in question')
    .action(
      reads(whyOptions, {
        name: 'Why',
        form: readings.why.output,
        given: ({ user, address }) => ({ user, address }),
        tell: ({ expired, ...answer }) => ({
          text: answer.words.join('\n'),
          value: { ...answer, ...givenOf({ expired: expired === undefined ? undefined : iso(expired) }) },
        }),
      }),
    )
}
