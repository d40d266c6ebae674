/** `kith-server serve` and `kith-server demo`: run until told to end. */
import type { Command } from 'commander'
import { z } from 'zod'
import { acting, commonOptions, readPort, withCommon } from './command.ts'

const serveOptions = commonOptions.extend({
  port: z.number().optional(),
  insecureLoopback: z.boolean().optional(),
  readyFd: z.number().int().min(1),
})

/** Adds `serve` and `demo`; the server is loaded only when one of them runs. */
export function addServeCommands(program: Command): void {
  withServing(program.command('serve').description('serve until ended; prints one JSON line when ready'))
    .option('--insecure-loopback', 'plain HTTP, on loopback only: for tests')
    .action(acting(serveOptions, async (options) => (await load()).serve(options)))
  withServing(program.command('demo').description('serve an organisation with people and contacts to try out')).action(
    acting(serveOptions, async (options) => (await load()).demo(options)),
  )
}

function withServing(command: Command): Command {
  return withCommon(command)
    .option('--port <number>', 'HTTPS port instead of the one in the settings; 0 for any free one', readPort)
    .option('--ready-fd <number>', 'file descriptor for the line that says it is ready', Number, 1)
}

/** Loaded only where it serves: the other commands start twice as fast without the web and mail libraries. */
function load() {
  return import('./run-server.ts')
}
