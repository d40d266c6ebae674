/** Debian's Dovecot as a private, throw-away instance on loopback: own configuration, own folder, own mail. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { certificateOne } from '../../testing/certificates.ts'

export type Dovecot = {
  /** TLS from the first byte. */
  readonly tlsPort: number
  /** STARTTLS. */
  readonly plainPort: number
  /** What signs the server's certificate. */
  readonly ca: string
  /** Puts a message into INBOX, or another folder, as a delivery does: Dovecot notices by itself. */
  deliver(address: string, raw: Uint8Array, folder?: string): void
  /** Makes Dovecot forget its index of a user's INBOX: same messages, another UIDVALIDITY. */
  forgetIndex(address: string): void
  /** Files of a folder with their flags, as they lie on the disk. */
  files(address: string, folder: string): readonly string[]
  /** Another program marks the nth message of a folder as read, or takes it out; the oldest is 0. */
  touch(address: string, folder: string, nth: number, how: 'seen' | 'removed'): void
  stop(): Promise<void>
  start(): Promise<void>
  /** Stops and removes everything. */
  close(): Promise<void>
}

/** Owner of the mail where the tests run as root, which Dovecot refuses as one; needs no entry in passwd. */
const mailUid = 5_000
/** How long Dovecot may take to start, in milliseconds. */
const startDeadline = 15_000

export async function dovecot(accounts: Readonly<Record<string, string>>): Promise<Dovecot> {
  // Short: a unix socket's path has 108 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'kdc-'))
  chmodSync(folder, 0o755)
  const [plainPort, tlsPort] = [await freePort(), await freePort()]
  const root = userInfo().uid === 0
  writeConfiguration({ folder, plainPort, tlsPort, root }, accounts)
  let running: ChildProcess | undefined
  let delivered = 0
  const maildir = (address: string, name = 'INBOX'): string =>
    join(folder, 'mail', address, 'Maildir', ...(name === 'INBOX' ? [] : [`.${name}`]))
  const own = (path: string): void => {
    if (root) chownSync(path, mailUid, mailUid)
  }
  for (const address of Object.keys(accounts)) {
    for (const name of ['INBOX', 'Gesendet']) makeMaildir(folder, maildir(address, name), own)
  }
  const stop = async (): Promise<void> => {
    const child = running
    running = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  const start = async (): Promise<void> => {
    running = await launch(join(folder, 'dovecot.conf'))
  }
  await start()
  return {
    tlsPort,
    plainPort,
    ca: certificateOne.cert,
    deliver(address, raw, name = 'INBOX') {
      delivered += 1
      const file = `${1_700_000_000 + delivered}.M${delivered}P1.kith`
      const [tmp, final] = [join(maildir(address, name), 'tmp', file), join(maildir(address, name), 'new', file)]
      writeFileSync(tmp, raw)
      own(tmp)
      renameSync(tmp, final)
    },
    forgetIndex(address) {
      for (const name of readdirSync(maildir(address))) {
        if (name.startsWith('dovecot')) rmSync(join(maildir(address), name), { recursive: true })
      }
    },
    files: (address, name) =>
      ['new', 'cur'].flatMap((state) =>
        readdirSync(join(maildir(address, name), state)).map((file) => `${state}/${file}`),
      ),
    touch: (address, name, nth, how) => touch(maildir(address, name), nth, how),
    stop,
    start,
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function touch(box: string, nth: number, how: 'seen' | 'removed'): void {
  const found = ['new', 'cur'].flatMap((state) =>
    readdirSync(join(box, state)).map((file) => ({ file, path: join(box, state, file) })),
  )
  const one = found.sort((a, b) => a.file.localeCompare(b.file))[nth]
  if (!one) throw new Error('no such message')
  if (how === 'removed') rmSync(one.path)
  else renameSync(one.path, join(box, 'cur', `${one.file.split(':')[0]}:2,S`))
}

function makeMaildir(folder: string, path: string, own: (path: string) => void): void {
  for (const name of ['tmp', 'new', 'cur']) mkdirSync(join(path, name), { recursive: true })
  const levels = path.slice(join(folder, 'mail').length + 1).split('/')
  for (let depth = 0; depth <= levels.length; depth += 1) own(join(folder, 'mail', ...levels.slice(0, depth)))
  for (const name of ['tmp', 'new', 'cur']) own(join(path, name))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function launch(configuration: string): Promise<ChildProcess> {
  const binary = execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v dovecot'], { encoding: 'utf8' }).trim()
  const child = spawn(binary, ['-F', '-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
  return new Promise((resolve, reject) => {
    let log = ''
    const timer = setTimeout(() => finish(new Error(`dovecot did not start: ${log}`)), startDeadline)
    const finish = (error?: Error): void => {
      clearTimeout(timer)
      if (error) reject(error)
      else resolve(child)
    }
    child.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString()}`.slice(-4_000)
      // Written once the listeners stand.
      if (log.includes('starting up')) finish()
    })
    child.once('error', finish)
    child.once('exit', (code) => finish(new Error(`dovecot ended with ${code}: ${log}`)))
  })
}

type Place = { readonly folder: string; readonly plainPort: number; readonly tlsPort: number; readonly root: boolean }

function writeConfiguration(place: Place, accounts: Readonly<Record<string, string>>): void {
  const { folder } = place
  const file = (name: string, text: string, mode = 0o644): void => writeFileSync(join(folder, name), text, { mode })
  file('cert.pem', certificateOne.cert)
  file('key.pem', certificateOne.key, 0o600)
  file(
    'passwd',
    Object.entries(accounts)
      .map(([address, password]) => `${address}:{PLAIN}${password}\n`)
      .join(''),
  )
  file(
    'dovecot.conf',
    `${generalConfiguration(place)}
${mailConfiguration(place)}`,
  )
}

/** Unprivileged, Dovecot needs telling that its own processes are this user's too. */
function generalConfiguration({ folder, plainPort, tlsPort, root }: Place): string {
  const { username, gid } = userInfo()
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = kith-test
protocols = imap
listen = 127.0.0.1
log_path = /dev/stderr
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
auth_failure_delay = 0
mail_fsync = never
${root ? '' : `default_internal_user = ${username}\ndefault_login_user = ${username}\ndefault_internal_group = ${gid}`}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${plainPort}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}`
}

function mailConfiguration({ folder, root }: Place): string {
  const { uid, gid } = userInfo()
  const [mailUser, mailGroup] = root ? [mailUid, mailUid] : [uid, gid]
  return `passdb {
  driver = passwd-file
  args = scheme=PLAIN ${folder}/passwd
}
userdb {
  driver = static
  args = uid=${mailUser} gid=${mailGroup} home=${folder}/mail/%u
}
first_valid_uid = ${mailUser}
first_valid_gid = ${mailGroup}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
namespace inbox {
  inbox = yes
  separator = /
  mailbox Gesendet {
    auto = subscribe
    special_use = \\Sent
  }
}
`
}
