/** For tests: a profile whose engines are processes of their own, to be killed and started again. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Enrolment } from '../../../shared/whitelist/enrolment.ts'

const program = fileURLToPath(new URL('./engine-child.ts', import.meta.url))

export type SignIn = { readonly server: string; readonly user: string; readonly password: string }
type Orders = { readonly signIn?: SignIn; readonly killAt?: string }

type Client = {
  /** Resolves when the client has said this; rejects when it ends before. */
  readonly says: (word: string) => Promise<void>
  readonly kill: () => void
  /** By which signal it ended. */
  readonly ended: Promise<NodeJS.Signals | null>
}

export type KilledProfile = {
  readonly start: (orders?: Orders) => Client
  /** Accounts and keychain items that are there. */
  readonly leftOver: () => readonly string[]
  readonly remove: () => Promise<void>
}

export function killedProfile(provisioned: Enrolment): KilledProfile {
  const folder = mkdtempSync(join(tmpdir(), 'kith-killed-'))
  const profile = join(folder, 'profile')
  const secrets = join(folder, 'keychain.json')
  const running: Client[] = []
  return {
    start: (orders = {}) => {
      const client = startClient(JSON.stringify({ profile, secrets, provisioned: [provisioned], ...orders }))
      running.push(client)
      return client
    },
    leftOver: () => [
      ...(existsSync(join(profile, 'accounts')) ? readdirSync(join(profile, 'accounts')) : []),
      ...Object.keys(JSON.parse(readFileSync(secrets, 'utf8'))),
    ],
    remove: async () => {
      for (const client of running) {
        client.kill()
        await client.ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function startClient(orders: string): Client {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(orders)
  const said: string[] = []
  const listeners = new Set<() => void>()
  const tellAll = () => {
    for (const listener of listeners) listener()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    tellAll()
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('close', () => {
      resolve(child.signalCode)
      tellAll()
    })
  })
  const says = (word: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const isOver = child.exitCode !== null || child.signalCode !== null
        if (said.includes(word)) resolve()
        else if (isOver) reject(new Error(`it ended after ${said.join(' ')}`))
      }
      listeners.add(look)
      look()
    })
  return { says, ended, kill: () => child.kill('SIGKILL') }
}
