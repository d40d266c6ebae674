/** For tests: two servers on one store, each a process that may be killed. */

import { once } from 'node:events'
import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Target } from './client.ts'
import { startCommand } from './harness.ts'

/** A serving process that may be killed, and started again at the same port. */
export type Node = {
  readonly path: string
  readonly target: Target
  /** The sum of what its metrics say under a name. */
  metric(name: string): Promise<number>
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends it; its data folder goes, if it was made here. */
  close(): Promise<void>
}

/** As an administrator sets up a second server: settings, keys and certificate are copied. */
export async function startNodes(path: string): Promise<readonly [Node, Node]> {
  const copy = `${path}-second`
  await cp(path, copy, { recursive: true })
  const [one, two] = [await startNode(path), await startNode(copy)]
  const close = async () => {
    await two.kill()
    await rm(copy, { recursive: true })
  }
  return [one, { ...two, close }]
}

async function startNode(path: string): Promise<Node> {
  let running = await serve(path, '0')
  const cert = await readFile(join(path, 'tls/cert.pem'), 'utf8')
  const { port } = new URL(running.url)
  const kill = async () => {
    running.child.kill('SIGKILL')
    await running.finished
  }
  return {
    path,
    target: { url: running.url, cert },
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${running.metrics}/metrics`)).text()
      const values = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))
      return [...values].reduce((sum, [, value]) => sum + Number(value), 0)
    },
    kill,
    async start() {
      running = await serve(path, port)
    },
    close: kill,
  }
}

async function serve(path: string, port: string) {
  const { child, finished } = startCommand(path, ['serve', '--port', port])
  if (!child.stdout) throw new Error('no output')
  const ended = finished.then(({ err }) => {
    throw new Error(`it does not serve: ${err}`)
  })
  ended.catch(() => undefined)
  const [line]: Buffer[] = await Promise.race([once(child.stdout, 'data'), ended])
  const { url, metrics } = z.object({ url: z.string(), metrics: z.number() }).parse(JSON.parse(String(line)))
  return { child, finished, url, metrics }
}
