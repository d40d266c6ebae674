/** For tests: the system's Dovecot as a private, throw-away server that only checks passwords. Needs root. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Daemon, foreground, freePorts } from '../../gateway/testing/daemons.ts'
import { selfSigned } from '../../keys/certificate.ts'

export type PasswordServer = {
  /** TLS from the first byte, and STARTTLS. */
  readonly tls: number
  readonly plain: number
  /** PEM, for 127.0.0.1. */
  readonly cert: string
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/** `passwords`: by address. */
export async function startPasswordServer(passwords: Readonly<Record<string, string>>): Promise<PasswordServer> {
  // Short: a unix socket's path has 108 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'kpw-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'mail'), { mode: 0o777 })
  const [tls = 0, plain = 0] = await freePorts(2)
  const { cert, key } = selfSigned(['127.0.0.1'], Date.now())
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 })
  const lines = Object.entries(passwords).map(([address, password]) => `${address}:{PLAIN}${password}\n`)
  await writeFile(join(folder, 'passwd'), lines.join(''))
  await writeFile(join(folder, 'dovecot.conf'), configuration(folder, { tls, plain }))
  let running: Daemon | undefined
  const stop = async () => {
    await running?.stop()
    running = undefined
  }
  const start = async () => {
    running = await foreground('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], /starting up/)
  }
  await start()
  return {
    tls,
    plain,
    cert,
    stop,
    start,
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, { tls, plain }: Pick<PasswordServer, 'tls' | 'plain'>): string {
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = kith-password-test
protocols = imap
listen = 127.0.0.1
log_path = /dev/stderr
ssl = required
ssl_cert = <${folder}/cert.pem
ssl_key = <${folder}/key.pem
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${folder}/passwd
}
userdb {
  driver = static
  args = uid=5000 gid=5000 home=${folder}/mail/%u
}
first_valid_uid = 5000
mail_location = maildir:~/Maildir
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
    port = ${plain}
  }
  inet_listener imaps {
    port = ${tls}
    ssl = yes
  }
}
`
}
