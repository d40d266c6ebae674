/** For tests: an administrator's machine, with tokens in files and the command line in processes of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addToken, type TokenScope } from '../../administration/tokens.ts'
import { connectTo } from '../../cli/remote/connection.ts'
import type { Transport } from '../../cli/transport.ts'
import { certificateHash } from '../../keys/certificate.ts'
import { type Finished, finishedOf, type TestServer } from '../../testing/harness.ts'

const program = fileURLToPath(new URL('../../main.ts', import.meta.url))

export type OtherMachine = {
  readonly path: string
  /** A new token with these scopes, in a file that is named by them. */
  tokenOf(...scopes: readonly TokenScope[]): Promise<string>
  remoteOf(...scopes: readonly TokenScope[]): Promise<Transport>
  /** The command line with the token in that file. */
  start(words: readonly string[], token: string, input?: string): { child: ChildProcess; finished: Promise<Finished> }
  run(words: readonly string[], token: string, input?: string): Promise<Told>
  close(): Promise<void>
}

type Told = {
  readonly code: number | null
  readonly err: string
  /** Its JSON. */
  readonly told?: Readonly<Record<string, unknown>>
}

export async function otherMachine(server: TestServer): Promise<OtherMachine> {
  const path = await mkdtemp(join(tmpdir(), 'kith-elsewhere-'))
  const children: ChildProcess[] = []
  const { url } = server.running.ready
  const pin = certificateHash(server.running.cert ?? '')
  const tokenOf = async (...scopes: readonly TokenScope[]) => {
    const { store, note, actor, clock } = server.administration
    const name = scopes.join('-')
    const made = await addToken(store, note, { name, scopes, by: actor.who, now: clock.now(), expires: 0 })
    if (!made.ok) throw new Error(made.why)
    await writeFile(join(path, name), made.value)
    return made.value
  }
  const start = (words: readonly string[], token: string, input = '') => {
    const place = ['--remote', url, '--token-file', join(path, token), '--pin', pin, '--json']
    const child = spawn(process.execPath, [program, ...words, ...place], { stdio: 'pipe', cwd: path })
    children.push(child)
    return { child, finished: finishedOf(child, input) }
  }
  return {
    path,
    tokenOf,
    start,
    remoteOf: async (...scopes) => connectTo({ url: new URL(url), token: await tokenOf(...scopes), pin }),
    async run(words, token, input) {
      const { code, out, err } = await start(words, token, input).finished
      return { code, err, ...(out === '' ? {} : { told: JSON.parse(out) }) }
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(path, { recursive: true, force: true })
    },
  }
}
