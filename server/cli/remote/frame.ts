/** The frame of every command that works on a server elsewhere: where it is, the token, telling the outcome. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { type Answer, reasonOf } from '../../admin-soap/faults.ts'
import { type Outcome, refused, tell, unavailable } from '../outcome.ts'
import { connectTo, type Remote, type RemoteServer, Unreachable } from './connection.ts'

export const remoteOptions = z.object({
  remote: z.string(),
  tokenFile: z.string(),
  pin: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'is the SHA-256 of a certificate: 64 hex digits')
    .transform((text) => text.toLowerCase())
    .optional(),
  json: z.boolean().optional(),
})

export function withServer(program: Command): Command {
  return program
    .requiredOption('--remote <url>', 'the server: https://host:port')
    .requiredOption('--token-file <file>', 'file with a token of "kith-server token add"')
    .option('--pin <sha256>', "SHA-256 of the server's certificate; without: one that this machine trusts")
    .option('--json', 'one JSON object on standard output')
}

type Work<S extends z.ZodType> = (remote: Remote, options: z.output<S>, ...names: string[]) => Promise<Outcome>

/** Commander passes the arguments, then the options, then the command. */
export function remotely<S extends z.ZodType<z.output<typeof remoteOptions>>>(
  schema: S,
  work: Work<S>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command
    const parsed = schema.safeParse(command.optsWithGlobals())
    const names = given.slice(0, -2).flat()
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      const why = `--${issue?.path[0]?.toString() ?? 'option'} ${issue?.message ?? ''}`
      return tell({ ok: false, code: 'usage', why }, false)
    }
    const options = parsed.data
    const server = await serverOf(options)
    const outcome = server.ok
      ? await work(connectTo(server.value), options, ...names.filter((name) => typeof name === 'string')).catch(
          expected,
        )
      : server
    return tell(outcome, options.json === true)
  }
}

function expected(error: unknown): Outcome {
  if (error instanceof Unreachable) return unavailable(error.message)
  throw error
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

type Server = { readonly ok: true; readonly value: RemoteServer } | Extract<Outcome, { readonly ok: false }>

async function serverOf({ remote, tokenFile, pin }: z.output<typeof remoteOptions>): Promise<Server> {
  const url = URL.canParse(remote) ? new URL(remote) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
  if (!url || !isSafe) return { ok: false, code: 'usage', why: '--remote is https://host:port' }
  const token = (await readFile(tokenFile, 'utf8').catch(() => '')).trim()
  if (!/^kith_[\w-]{40,100}$/.test(token)) return { ok: false, code: 'unavailable', why: `${tokenFile} holds no token` }
  return { ok: true, value: { url, token, ...(pin === undefined ? {} : { pin }) } }
}

/** What a call came to, as every command tells it. */
export function told<T>(answer: Answer<T>, tellValue: (value: T) => Outcome): Outcome {
  if (answer.ok) return tellValue(answer.value)
  const { fault } = answer
  const why = reasonOf(fault)
  if (fault.kind === 'ChangeRefused' && fault.detail.faults.length > 1) {
    const faults = fault.detail.faults.map(({ place, why: one }) => ({
      ...(place === undefined ? {} : { place }),
      why: one,
    }))
    return { ok: false, code: 'refused', why: `${faults.length} faults; nothing was changed`, faults }
  }
  return fault.kind === 'Busy' || fault.kind === 'RateLimited' || fault.kind === 'Internal'
    ? unavailable(why)
    : refused(why)
}
