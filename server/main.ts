/** The command `kith-server`: composition of its commands, noun and verb. */
import { Command, CommanderError } from 'commander'
import { addContactCommands } from './cli/contact.ts'
import { addDeviceCommands } from './cli/device.ts'
import { addEnrolCommand } from './cli/enrol.ts'
import { addInitCommand } from './cli/init.ts'
import { exitCodes } from './cli/outcome.ts'
import { addRequestCommands } from './cli/request.ts'
import { addServeCommands } from './cli/serve.ts'
import { addUserCommands } from './cli/user.ts'

function createProgram(): Command {
  const program = new Command('kith-server').description('the whitelist server of Kith').exitOverride()
  addInitCommand(program)
  addServeCommands(program)
  addUserCommands(program)
  addContactCommands(program)
  addRequestCommands(program)
  addDeviceCommands(program)
  addEnrolCommand(program)
  return program
}

try {
  await createProgram().parseAsync()
} catch (error) {
  // Commander has told already what is wrong with the arguments, or shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  else throw error
}
