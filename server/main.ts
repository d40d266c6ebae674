/** The command `kith-server`: composition of its commands, noun and verb. */
import { Command, CommanderError } from 'commander'
import { addClockCommand } from './cli/clock.ts'
import { withServer } from './cli/command.ts'
import { addContactCommands } from './cli/contacts/contact.ts'
import { addAuditCommands } from './cli/control/audit.ts'
import { addProposalCommands } from './cli/control/proposal.ts'
import { addTokenCommands } from './cli/control/token.ts'
import { addDeviceCommands } from './cli/device.ts'
import { addEnrolCommand } from './cli/enrol.ts'
import { addGatewayCommands } from './cli/gateway.ts'
import { addImportCommands } from './cli/import.ts'
import { addInitCommand } from './cli/init.ts'
import { addKeyCommands } from './cli/key.ts'
import { addDocumentCommands } from './cli/organisation/document.ts'
import { addGroupCommands } from './cli/organisation/group.ts'
import { addPolicyCommands } from './cli/organisation/policy.ts'
import { addRuleCommands } from './cli/organisation/rule.ts'
import { addWhyCommand } from './cli/organisation/why.ts'
import { exitCodes } from './cli/outcome.ts'
import { addQuarantineCommands } from './cli/quarantine.ts'
import { addSignCommand } from './cli/remote/sign.ts'
import { addRequestCommands } from './cli/request.ts'
import { addServeCommands } from './cli/serve.ts'
import { addServiceCommands } from './cli/service.ts'
import { addStoreCommands } from './cli/store.ts'
import { addUserCommands } from './cli/user.ts'
import { codeOf } from './ground/durable-file.ts'

/** In the order in which the help shows them. */
function createProgram(): Command {
  const program = withServer(new Command('kith-server'))
    .description('the whitelist server of Kith; with --remote, what a server elsewhere is asked to do')
    .exitOverride()
    .enablePositionalOptions()
  addInitCommand(program)
  addServeCommands(program)
  addGatewayCommands(program)
  addQuarantineCommands(program)
  addUserCommands(program)
  addContactCommands(program)
  addRequestCommands(program)
  addGroupCommands(program)
  addRuleCommands(program)
  addPolicyCommands(program)
  addWhyCommand(program)
  addDocumentCommands(program)
  addImportCommands(program)
  addAuditCommands(program)
  addProposalCommands(program)
  addTokenCommands(program)
  addDeviceCommands(program)
  addEnrolCommand(program)
  addStoreCommands(program)
  addKeyCommands(program)
  addClockCommand(program)
  addServiceCommands(program)
  addSignCommand(program)
  return program
}

// Whoever reads may have read enough: `| head`.
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') throw error
  process.exit()
})

try {
  await createProgram().parseAsync()
} catch (error) {
  // Commander has told already what is wrong with the arguments, or shown the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  else throw error
}
