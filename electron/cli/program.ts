/** The commands of `kith` and their options. */
import { CommanderError, InvalidArgumentError, Command as Program } from 'commander'
import { type Command, signedIn } from './client.ts'
import { contacts, refresh } from './commands/contacts.ts'
import { type LoginOptions, login, logout, status } from './commands/login.ts'
import { answer, invite, request, requests, withdraw } from './commands/requests.ts'
import { send } from './commands/send.ts'
import { held, watch } from './commands/watch.ts'
import { exitCodes, type Streams } from './outcome.ts'

/** Options that every command has. `profile` absent: `KITH_PROFILE`, else the usual folder. */
export type GlobalOptions = {
  readonly profile?: string
  readonly json: boolean
  readonly passphraseStdin: boolean
}

/** Runs a command with an engine; the exit code. */
type Run = (command: Command, options: GlobalOptions) => Promise<number>

type SendFlags = {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly subject?: string
  readonly wait: boolean
  readonly timeout: number
}

type About = { readonly version: string; readonly streams: Streams }

/** Parses the words and runs what they ask for; the exit code. */
export async function runProgram(words: readonly string[], about: About, run: Run): Promise<number> {
  let code: number = exitCodes.ok
  const program = new Program('kith')
    .description('mail and chat with the people your organisation knows, and nobody else')
    .version(about.version)
    .exitOverride()
    .configureOutput({ writeOut: about.streams.out, writeErr: about.streams.error })
  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--profile <folder>', 'folder of the profile (or KITH_PROFILE)')
      .option('--json', 'one JSON object instead of text', false)
      .option('--passphrase-stdin', 'read the passphrase from standard input (its next line)', false)
      .exitOverride()
      .copyInheritedSettings(program)
  const act = async (command: Command, options: GlobalOptions) => {
    code = await run(command, options)
  }
  addSession(add, act)
  addMessaging(add, act)
  addRequests(add, act)
  try {
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    // Commander has said already what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
    throw error
  }
}

type Add = (name: string, description: string) => Program
type Act = (command: Command, options: GlobalOptions) => Promise<void>

function addSession(add: Add, act: Act): void {
  add('login', 'sign in; enrolment code and password are typed, or the first lines of standard input, in this order')
    .option('--server <server>', 'host or URL; without it the enrolment code is asked for')
    .requiredOption('--user <name>', 'user name')
    // Commander would repeat what is too much, a code among it.
    .allowExcessArguments()
    .action((options: GlobalOptions & LoginOptions, { args }: Program) => act(login(options, args), options))
  add('logout', 'sign out; the store stays').action((options: GlobalOptions) => act(logout, options))
  add('status', 'who is signed in, the whitelist, and how secrets are kept').action((options: GlobalOptions) =>
    act(options.passphraseStdin ? signedIn(status) : status, options),
  )
}

function addMessaging(add: Add, act: Act): void {
  add('contacts', 'the whitelist')
    .option('--search <text>', 'name, nickname, address, remark or group', '')
    .action((options: GlobalOptions & { search: string }) => act(signedIn(contacts(options)), options))
  add('refresh', 'fetch the whitelist now').action((options: GlobalOptions) => act(signedIn(refresh), options))
  add('send', 'send a message; the text is the argument or standard input')
    .argument('[text...]')
    .requiredOption('--to <address>', 'a recipient; may be repeated', collect)
    .option('--cc <address>', 'a recipient of a copy; may be repeated', collect, [])
    .option('--subject <text>', 'makes it a mail instead of a line of chat')
    .option('--no-wait', 'do not wait until it is sent')
    .option('--timeout <seconds>', 'longest wait', readSeconds, defaultTimeout)
    .action((text: readonly string[], { subject, ...options }: GlobalOptions & SendFlags) => {
      const words = text.length > 0 ? text.join(' ') : undefined
      return act(signedIn(send({ ...options, subject, text: words })), options)
    })
  add('watch', 'print what arrives and changes, until ended').action((options: GlobalOptions) =>
    act(signedIn(watch), options),
  )
  add('held', 'messages that the guard did not admit').action((options: GlobalOptions) => act(signedIn(held), options))
}

function addRequests(add: Add, act: Act): void {
  add('requests', 'wishes for contacts: yours, and those that wait for your answer').action((options: GlobalOptions) =>
    act(signedIn(requests), options),
  )
  add('request', 'ask for a contact')
    .argument('<address>', 'an address, or an invitation (kith-invite:...)')
    .option('--note <text>', 'what the other side reads with it', '')
    .action((to: string, options: GlobalOptions & { note: string }) =>
      act(signedIn(request({ to, note: options.note })), options),
    )
  for (const accept of [true, false])
    add(accept ? 'accept' : 'decline', accept ? 'agree to a request' : 'decline a request; it holds for 30 days')
      .argument('<request>', 'its id')
      .action((id: string, options: GlobalOptions) => act(signedIn(answer({ id, accept })), options))
  add('withdraw', 'take a request of yours back')
    .argument('<request>', 'its id')
    .action((id: string, options: GlobalOptions) => act(signedIn(withdraw({ id })), options))
  add('invite', 'make an invitation: a text for one person, which works once').action((options: GlobalOptions) =>
    act(signedIn(invite), options),
  )
}

/** Milliseconds. */
const defaultTimeout = 60_000

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400)) throw new InvalidArgumentError('a number of seconds, at most one day')
  return seconds * 1_000
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}
