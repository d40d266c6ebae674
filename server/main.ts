/** The command `kith-server`: composition of its commands, noun and verb. */
import { Command, CommanderError } from 'commander'
import { addContactCommands } from './cli/contact.ts'
import { addDeviceCommands } from './cli/device.ts'
import { addEnrolCommand } from './cli/enrol.ts'
import { addGatewayCommands } from './cli/gateway.ts'
import { addInitCommand } from './cli/init.ts'
import { addKeyCommands } from './cli/key.ts'
import { exitCodes } from './cli/outcome.ts'
import { addQuarantineCommands } from './cli/quarantine.ts'
import { addServeCommands } from './cli/serve.ts'
import { addStoreCommands } from './cli/store.ts'
import { addUserCommands } from './cli/user.ts'

function createProgram(): Command {
  const program = new Command('kith-server')
    .description('the whitelist server of Kith')
    .exitOverride()
    .enablePositionalOptions()
  addInitCommand(program)
  addServeCommands(program)
  addGatewayCommands(program)
  addQuarantineCommands(program)
  addUserCommands(program)
  addContactCommands(program)
  addDeviceCommands(program)
  addEnrolCommand(program)
  addStoreCommands(program)
  addKeyCommands(program)
  return program
}

try {
  await createProgram().parseAsync()
} catch (error) {
  // Commander has told already what is wrong with the arguments, or shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  else throw error
}
