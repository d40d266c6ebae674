/** `kith-server why`: which rule admits or refuses an address */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { explain } from '../../administration/explain.ts'
import { explanationWords } from '../../administration/explain-words.ts'
import { administering, commonOptions, withCommon } from '../command.ts'
import { type Outcome, refused, succeeded } from '../outcome.ts'

const whyOptions = commonOptions.extend({ user: z.string(), address: z.string() })

export function addWhyCommand(program: Command): void {
  withCommon(program.command('why').description('which rule admits or refuses an address'))
    .requiredOption('--user <login>', 'whose whitelist')
    .requiredOption('--address <address>', 'the address in question')
    .action(administering(whyOptions, why))
}

async function why(
  { store, clock, config }: Administration,
  { user, address }: z.infer<typeof whyOptions>,
): Promise<Outcome> {
  const asked = { user, address, now: clock.now(), unicode: config.policy.unicode }
  const explained = await explain(store, asked)
  return explained.ok
    ? succeeded(explanationWords(explained.value).join('\n'), explained.value)
    : refused(explained.why)
}
