/** The command `kith-server`: composition of its commands, noun and verb. */
import { Command, CommanderError } from 'commander'
import { clockCommand } from './cli/clock.ts'
import { type Entry, withServer } from './cli/command.ts'
import { contactCommands } from './cli/contacts/contact.ts'
import { auditCommands, undoCommand } from './cli/control/audit.ts'
import { proposalCommands } from './cli/control/proposal.ts'
import { tokenCommands } from './cli/control/token.ts'
import { deviceCommands } from './cli/device.ts'
import { enrolCommand } from './cli/enrol.ts'
import { gatewayCommands } from './cli/gateway.ts'
import { importCommands } from './cli/import.ts'
import { initCommand } from './cli/init.ts'
import { keyCommands, manifestCommands } from './cli/key.ts'
import { applyCommand, snapshotCommand } from './cli/organisation/document.ts'
import { groupCommands } from './cli/organisation/group.ts'
import { policyCommands, roleCommands } from './cli/organisation/policy.ts'
import { ruleCommands } from './cli/organisation/rule.ts'
import { whyCommand } from './cli/organisation/why.ts'
import { exitCodes } from './cli/outcome.ts'
import { quarantineCommands } from './cli/quarantine.ts'
import { signCommand } from './cli/remote/sign.ts'
import { requestCommands } from './cli/request.ts'
import { demoCommand, serveCommand } from './cli/serve.ts'
import { callCommand, runCommand } from './cli/service.ts'
import { backupCommand, checkCommand, storeCommands } from './cli/store.ts'
import { tryCommand } from './cli/try.ts'
import { guestCommands, userCommands } from './cli/user.ts'
import { codeOf } from './ground/durable-file.ts'

/** In the order in which the help shows them. */
const commands: readonly Entry[] = [
  initCommand,
  serveCommand,
  demoCommand,
  gatewayCommands,
  quarantineCommands,
  userCommands,
  guestCommands,
  contactCommands,
  requestCommands,
  groupCommands,
  ruleCommands,
  policyCommands,
  roleCommands,
  whyCommand,
  applyCommand,
  snapshotCommand,
  importCommands,
  auditCommands,
  undoCommand,
  proposalCommands,
  tokenCommands,
  deviceCommands,
  enrolCommand,
  storeCommands,
  backupCommand,
  checkCommand,
  tryCommand,
  keyCommands,
  manifestCommands,
  clockCommand,
  runCommand,
  callCommand,
  signCommand,
]

function createProgram(): Command {
  const program = withServer(new Command('kith-server'))
    .description('the whitelist server of Kith; with --remote, what a server elsewhere is asked to do')
    .exitOverride()
    .enablePositionalOptions()
  for (const command of commands) command(program)
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
