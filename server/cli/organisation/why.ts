/** `kith-server why`: which rule admits or refuses an address */
import type { Command } from 'commander'
import { z } from 'zod'
import { readings } from '../../../shared/administration/readings.ts'
import { commonOptions, operating, withCommon } from '../command.ts'
import { type Outcome, succeeded, told } from '../outcome.ts'
import type { Transport } from '../transport.ts'

const whyOptions = commonOptions.extend({ user: z.string(), address: z.string() })

export function addWhyCommand(program: Command): void {
  withCommon(program.command('why').description('which rule admits or refuses an address'))
    .requiredOption('--user <login>', 'whose whitelist')
    .requiredOption('--address <address>', 'the address in question')
    .action(operating(whyOptions, why))
}

async function why(transport: Transport, { user, address }: z.infer<typeof whyOptions>): Promise<Outcome> {
  const answer = await transport.call('Why', { user, address }, readings.why.output)
  return told(answer, ({ expired, ...value }) =>
    succeeded(value.words.join('\n'), {
      ...value,
      ...(expired === undefined ? {} : { expired: new Date(expired).toISOString() }),
    }),
  )
}
