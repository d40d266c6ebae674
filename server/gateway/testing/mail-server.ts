/** Postfix and Dovecot as an operator has them, with what `kith-server gateway config` prints put on top. */
import { chownSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tls } from '../../mail/testing/mail-fakes.ts'
import { runCommand } from '../../testing/harness.ts'
import { type Daemon, foreground, freePorts, run } from './daemons.ts'
import type { Spool } from './spool.ts'

export type MailServer = {
  /** TLS from the first byte, with login. */
  readonly submission: number
  /** From the world. */
  readonly mx: number
  /** IMAP with TLS. */
  readonly imap: number
  readonly log: () => string
  close(): Promise<void>
}

type MailServerOptions = {
  /** Data folder whose gateway section the configuration is printed from; without, nothing is there of the gateway yet. */
  readonly data?: string
  readonly domain: string
  /** By address. */
  readonly passwords: Readonly<Record<string, string>>
  /** Where the queue is to be. */
  readonly spool: Spool
  /** Somebody else takes what the gateway sends on, where Postfix would. */
  readonly instead?: boolean
}

/** Owner of the mail: Dovecot refuses root; needs no entry in passwd. */
const mailUid = 5_000

export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const folder = options.spool.path
  const [submission = 0, mx = 0, imap = 0, insecure = 0] = await freePorts(4)
  const place: Place = { folder, submission, mx, imap, insecure }
  const daemons: Daemon[] = []
  const close = async () => {
    for (const daemon of daemons.toReversed()) await daemon.stop()
  }
  try {
    makeFolders(folder)
    await configurePostfix(place, options)
    await configureDovecot(place, options)
    // Postfix first: it makes the folder in which Dovecot's sockets lie.
    daemons.push(startPostfix(folder))
    daemons.push(await foreground('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], /starting up/))
    return { submission, mx, imap, log: () => textOf(join(folder, 'postfix.log')), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Returns when the ports are open: the command waits for it. */
function startPostfix(folder: string): Daemon {
  run('postfix', ['-c', join(folder, 'etc'), 'start'])
  const pid = textOf(join(folder, 'queue', 'pid', 'master.pid')).trim()
  return { stop: async () => void run('sh', ['-c', endAndWait, 'sh', pid]) }
}

/** `postfix stop` looks once a second, and takes a process that nobody has reaped for a living one. */
const endAndWait = `kill -TERM "$1"
while [ -n "$(tr -d '\\0' <"/proc/$1/cmdline")" ]; do sleep 0.02; done 2>/dev/null || true`

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

type Place = {
  readonly folder: string
  readonly submission: number
  readonly mx: number
  readonly imap: number
  readonly insecure: number
}

function makeFolders(folder: string): void {
  for (const name of ['etc', 'data', 'mail']) mkdirSync(join(folder, name))
  const postfix = Number(run('id', ['-u', 'postfix']))
  chownSync(join(folder, 'data'), postfix, postfix)
  chownSync(join(folder, 'mail'), mailUid, mailUid)
  writeFileSync(join(folder, 'cert.pem'), tls.cert)
  writeFileSync(join(folder, 'key.pem'), tls.key, { mode: 0o600 })
}

async function configurePostfix(place: Place, options: MailServerOptions): Promise<void> {
  const { folder } = place
  const etc = (name: string) => join(folder, 'etc', name)
  const addresses = Object.keys(options.passwords)
  writeFileSync(etc('users'), addresses.map((address) => `${address} ${address}\n`).join(''))
  writeFileSync(etc('main.cf'), mainCf(place, options.domain))
  writeFileSync(etc('master.cf'), masterCf(place))
  if (options.data !== undefined) await addGateway(place, { ...options, data: options.data })
  // Postfix rereads, with naps, a configuration that is younger than two seconds.
  const before = new Date(Date.now() - 60_000)
  for (const name of ['main.cf', 'master.cf', 'users']) utimesSync(etc(name), before, before)
}

type WithGateway = Pick<MailServerOptions, 'instead'> & { readonly data: string }

async function addGateway({ folder, mx, submission }: Place, options: WithGateway): Promise<void> {
  const etc = (name: string) => join(folder, 'etc', name)
  const service = (port: number) => `127.0.0.1:${port}`
  const words = ['gateway', 'config', 'postfix', '--mx', service(mx), '--submission', service(submission)]
  const printed = await runCommand(options.data, words)
  if (printed.code !== 0) throw new Error(printed.err)
  writeFileSync(etc('kith.sh'), printed.out)
  run('sh', ['-e', etc('kith.sh')], { MAIL_CONFIG: join(folder, 'etc') })
  if (options.instead === true) {
    run('postconf', ['-MX', 'kith/unix'], { MAIL_CONFIG: join(folder, 'etc') })
  }
}

function mainCf({ folder }: Place, domain: string): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = ${run('postconf', ['-dh', 'command_directory']).trim()}
daemon_directory = ${run('postconf', ['-dh', 'daemon_directory']).trim()}
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
myhostname = mail.${domain}
mydomain = ${domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.255/32
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = texthash:${folder}/etc/users
virtual_transport = lmtp:unix:private/dovecot-lmtp
# No way out: what is not ours is thrown away here, and smtp(8) is absent from master.cf.
default_transport = discard:
notify_classes =
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
smtpd_tls_cert_file = ${folder}/cert.pem
smtpd_tls_key_file = ${folder}/key.pem
smtpd_tls_session_cache_database =
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
`
}

function masterCf({ submission, mx }: Place): string {
  return `127.0.0.1:${mx} inet n - n - - smtpd
127.0.0.1:${submission} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_tls_security_level=encrypt
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`
}

async function configureDovecot(place: Place, { data, passwords }: MailServerOptions): Promise<void> {
  const { folder } = place
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text)
  file(
    'passwd',
    Object.entries(passwords)
      .map(([address, password]) => `${address}:{PLAIN}${password}\n`)
      .join(''),
  )
  if (data !== undefined) {
    const printed = await runCommand(data, ['gateway', 'config', 'dovecot', '--queue', join(folder, 'queue')])
    if (printed.code !== 0) throw new Error(printed.err)
    file('kith.conf', printed.out)
  }
  file('dovecot.conf', dovecotConf(place))
}

function dovecotConf({ folder, imap, insecure }: Place): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = kith-gateway-test
protocols = imap
listen = 127.0.0.1
log_path = /dev/stderr
ssl = yes
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
auth_failure_delay = 0
mail_fsync = never
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${folder}/passwd
}
userdb {
  driver = static
  args = uid=${mailUid} gid=${mailUid} home=${folder}/mail/%u
}
first_valid_uid = ${mailUid}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
service imap-login {
  inet_listener imap {
    port = ${insecure}
  }
  inet_listener imaps {
    port = ${imap}
    ssl = yes
  }
}
!include_try ${folder}/kith.conf
`
}
