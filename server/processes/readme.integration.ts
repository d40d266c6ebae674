/** README's way from nothing to the first message seen as a chat, by its own commands: with the embedded mail, and beside Postfix and Dovecot. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts } from '../gateway/testing/daemons.ts'
import { type MailServer, startMailServer } from '../gateway/testing/mail-server.ts'
import { makeSpool } from '../gateway/testing/spool.ts'
import { blocksOf, commandsOf } from '../testing/readme.ts'

/** README promises that it takes no longer. */
const limitMs = 300_000
const passwords = { alice: 'the-password-of-alice', bob: 'the-password-of-bob' } as const
const passphrase = 'a passphrase, for want of a keychain'
/** What stands for another machine: an address that is not loopback, where this one has any. */
const elsewhere =
  Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.2'

let folder: string
let running: ChildProcess[]
/** What README names, and what it is here. */
let here: (readonly [string, string])[]
let environment: Record<string, string>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-readme-'))
  const [port = 0] = await freePorts(1)
  running = []
  environment = {}
  here = [
    ['/var/lib/kith', join(folder, 'kith')],
    // README's ports may be taken here.
    ['--listen 0.0.0.0', `--listen ${elsewhere} --port ${port}`],
    ['kith.example.org', elsewhere],
  ]
})
afterEach(async () => {
  for (const child of running.toReversed()) await end(child)
  await rm(folder, { recursive: true, force: true })
})

function start(command: string, more: Readonly<Record<string, string>> = {}): ChildProcess {
  const words = here.reduce((text, [named, meant]) => text.replaceAll(named, meant), command)
  const env = { ...process.env, ...environment, ...more }
  // A group of its own: npm and the shell pass no signal on.
  return spawn('sh', ['-c', words], { cwd: new URL('../..', import.meta.url), stdio: 'pipe', detached: true, env })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  process.kill(-child.pid, 'SIGTERM')
  await ended
}

/** Runs a command to its end; what it printed. */
async function run(command: string, input = '', more: Readonly<Record<string, string>> = {}): Promise<string> {
  const child = start(command, more)
  let told = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    told += String(chunk)
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += String(chunk)
  })
  child.stdin?.end(input)
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${command}: ${String(code)}: ${told}${errors}`)
  return told
}

type Running = { says(sign: RegExp): Promise<void> }

/** Starts what runs until ended, up to what it prints when it is ready. */
async function runUntil(
  command: string,
  sign: RegExp,
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const child = start(command, more)
  running.push(child)
  child.stdin?.end(input)
  let told = ''
  let look: () => void = () => undefined
  const hear = (chunk: Buffer) => {
    told += String(chunk)
    look()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const says = (wanted: RegExp) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if (wanted.test(told)) resolve()
      }
      child.once('close', (code) => reject(new Error(`${command}: ended with ${String(code)}: ${told}`)))
      look()
    })
  await says(sign)
  return { says }
}

type Codes = { readonly alice: string; readonly bob: string }
const codeIn = (told: string): string => /^kith1:\S+$/m.exec(told)?.[0] ?? ''

/** All commands of the first block but the last, which serves. */
async function setUp(afterInit: () => Promise<void>): Promise<{ readonly codes: Codes; readonly serve: string }> {
  const [init = '', ...others] = commandsOf(blocksOf('## For your organisation', 'sh')[0] ?? '')
  const serve = others.pop() ?? ''
  expect([init, serve]).toEqual([expect.stringContaining(' init '), expect.stringContaining(' serve ')])
  const alice = codeIn(await run(init, `${passwords.alice}\n`))
  await afterInit()
  let bob = ''
  for (const command of others) bob ||= codeIn(await run(command, `${passwords.bob}\n`))
  return { codes: { alice, bob }, serve }
}

async function configure(change: (config: Readonly<Record<string, unknown>>) => object): Promise<void> {
  const file = join(folder, 'kith', 'config.json')
  const config: Readonly<Record<string, unknown>> = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...config, ...change(config) }))
}

/** Both sign in as README says, Bob watches, and Alice writes: what she is told, once Bob sees it. */
async function chat({ alice, bob }: Codes): Promise<string> {
  const [login = '', watch = '', send = ''] = commandsOf(blocksOf('## For your organisation', 'sh')[1] ?? '')
  const withPassphrase = (command: string) => `${command} --passphrase-stdin`
  const profile = (user: string) => ({ KITH_PROFILE: join(folder, user) })
  const signIn = (user: 'alice' | 'bob', code: string) =>
    run(withPassphrase(login.replace('alice', user)), `${code}\n${passwords[user]}\n${passphrase}\n`, profile(user))
  expect(await signIn('bob', bob)).toContain('Signed in as Bob Lin <bob@example.org>.')
  expect(await signIn('alice', alice)).toContain('Signed in as Alice Chen <alice@example.org>.')
  // What is there when a mailbox is first read is history, which is shown but not announced.
  const bobs = await runUntil(withPassphrase(watch), /mail online/, `${passphrase}\n`, profile('bob'))
  const [told] = await Promise.all([
    run(withPassphrase(send), `${passphrase}\n`, profile('alice')),
    bobs.says(/Alice Chen <alice@example\.org>: Hello Bob/),
  ])
  return told
}

const ready = /"ready":true/

test('with the embedded mail, from other machines', { timeout: limitMs }, async () => {
  const { codes, serve } = await setUp(() =>
    configure(() => ({ metricsPort: 0, mail: { kind: 'embedded', smtp: 0, imap: 0 } })),
  )
  await runUntil(serve, ready)
  expect(await chat(codes)).toContain('Sent.')
})

test('beside Postfix and Dovecot', { timeout: limitMs }, async () => {
  const spool = makeSpool()
  let mail: MailServer | undefined
  try {
    const byAddress = { 'alice@example.org': passwords.alice, 'bob@example.org': passwords.bob }
    mail = await startMailServer({ domain: 'example.org', passwords: byAddress, spool })
    const { submission, mx, imap } = mail
    environment = { MAIL_CONFIG: join(spool.path, 'etc'), NODE_EXTRA_CA_CERTS: join(spool.path, 'cert.pem') }
    here.push(
      ['mail.example.org', '127.0.0.1'],
      ['/etc/dovecot/conf.d/99-kith.conf', join(spool.path, 'kith.conf')],
      ['doveadm reload', `doveadm -c ${join(spool.path, 'dovecot.conf')} reload`],
      // Postfix rereads, with naps, a configuration that is younger than two seconds.
      ['postfix reload', `touch -d '1 minute ago' ${join(spool.path, 'etc')}/*.cf && postfix reload`],
      ['config dovecot', `config dovecot --queue ${join(spool.path, 'queue')}`],
      ['--submission submissions', `--mx 127.0.0.1:${mx} --submission 127.0.0.1:${submission}`],
      ['/var/spool/postfix', join(spool.path, 'queue')],
      ['kith.sh', join(spool.path, 'kith.sh')],
      ['993', String(imap)],
      ['465', String(submission)],
    )
    const { codes } = await setUp(() => configure(settingsOfReadme))
    const [block = ''] = blocksOf('### A real mail server', 'sh')
    for (const command of commandsOf(block))
      if (/ (serve|gateway) --data/.test(command)) await runUntil(command, ready)
      else await run(command)
    expect(await chat(codes)).toContain('Sent.')
  } finally {
    for (const child of running.splice(0).toReversed()) await end(child)
    await mail?.close()
    spool.remove()
  }
})

/** The block of settings, in the places that there are here. */
function settingsOfReadme(): object {
  const [block = ''] = blocksOf('### A real mail server', 'json')
  const given = here.reduce((text, [named, meant]) => text.replaceAll(named, meant), block)
  const { gateway, ...settings }: { readonly gateway: object } = JSON.parse(given)
  return { metricsPort: 0, ...settings, gateway: { ...gateway, metricsPort: 0 } }
}
