/** `kith`: the engine in a terminal. */
import path from 'node:path'
import { terminalText } from '../../shared/text/terminal.ts'
import { openEngine } from '../engine/engine.ts'
import { hostPorts, programVersion, usualProfile } from '../engine/ground/host-ports.ts'
import { systemClock } from '../engine/ground/system-ports.ts'
import { withEngine } from './client.ts'
import { createInput } from './input.ts'
import { tell } from './outcome.ts'
import { type GlobalOptions, runProgram } from './program.ts'

const root = path.resolve(import.meta.dirname, '../..')
const version = programVersion(root)

const streams = {
  out: (text: string) => void process.stdout.write(terminalText(text)),
  error: (text: string) => void process.stderr.write(terminalText(text)),
}
// Once: a second Ctrl+C ends the process as usual, should the engine not close.
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

function open({ profile }: GlobalOptions) {
  return openEngine(
    hostPorts({
      profile: path.resolve(profile ?? process.env.KITH_PROFILE ?? usualProfile(process.env)),
      demoFile: process.env.KITH_DEMO,
      face: 'terminal',
      appVersion: version,
      // Whoever types a server into a terminal means it.
      consent: { confirm: async () => true, loopback: 'allowed' },
      systemLanguage: Intl.DateTimeFormat().resolvedOptions().locale,
    }),
  )
}

// Whoever reads may have read enough: `| head`.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runProgram(process.argv.slice(2), { version, streams }, async (command, options) => {
  const context = {
    input: createInput(process.stdin, streams.error),
    streams,
    clock: systemClock,
    interrupted,
    json: options.json,
    passphraseStdin: options.passphraseStdin,
  }
  return tell(await withEngine(() => open(options), context, command), options.json, streams)
})
// Standard input may still be open at the other end; nothing more is read from it.
process.stdin.destroy()
