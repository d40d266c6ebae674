/** Debian packages that a part of Kith needs: installed where we may, named with their reason where we may not. */
import { execFileSync, spawnSync } from 'node:child_process'

type SystemPackage = { readonly name: string; readonly why: string }

const keychain: SystemPackage = { name: 'libsecret-1-0', why: "the system's keychain (without it: a passphrase)" }

/** What Electron's own program is linked against. */
export const desktopPackages: readonly SystemPackage[] = [
  keychain,
  ...[
    'libgtk-3-0',
    'libnss3',
    'libasound2',
    'libgbm1',
    'libxss1',
    'libatk-bridge2.0-0',
    'libdrm2',
    'libxkbcommon0',
  ].map((name) => ({ name, why: 'the desktop window' })),
]

/** What all tests together need of a Debian system. */
export const testPackages: readonly SystemPackage[] = [
  ...desktopPackages,
  { name: 'xvfb', why: 'a screen for tests' },
  { name: 'xauth', why: 'a screen for tests' },
  { name: 'chromium', why: 'the web host in tests' },
  { name: 'dbus', why: 'a keychain for tests' },
  { name: 'gnome-keyring', why: 'a keychain for tests' },
  { name: 'fonts-noto-cjk', why: 'Chinese names in screenshots' },
  { name: 'procps', why: 'ending processes by their id in tests' },
  { name: 'openssl', why: 'certificates for mail servers in tests' },
  ...['dovecot-imapd', 'dovecot-lmtpd', 'dovecot-submissiond', 'postfix'].map((name) => ({
    name,
    why: 'a real mail server in tests',
  })),
  { name: 'postgresql', why: 'the store of several servers in tests' },
  ...['nginx', 'haproxy'].map((name) => ({ name, why: 'a proxy before several servers in tests' })),
  { name: 'systemd', why: 'reading the example units in tests' },
  { name: 'prosody', why: 'a roster to import in tests' },
  { name: 'slapd', why: 'a directory to import in tests' },
  { name: 'ldap-utils', why: 'filling that directory' },
  { name: 'python3-zeep', why: 'a foreign SOAP client in tests' },
]

/** Longest that apt may take, in milliseconds: a slow mirror, not a hung one. */
const aptLimit = 600_000

/**
 * Installs what is missing when we are root or sudo asks for no password; otherwise says what to install and why, and
 * goes on. True when nothing is missing afterwards. A system without dpkg is left alone.
 */
export function ensurePackages(wanted: readonly SystemPackage[]): Promise<boolean> {
  const missing = missingPackages(wanted)
  if (missing.length === 0) return Promise.resolve(true)
  const prefix = installPrefix()
  if (prefix && install(prefix, missing) && missingPackages(missing).length === 0) return Promise.resolve(true)
  for (const { name, why } of missing) process.stderr.write(`Please install the Debian package ${name}: ${why}.\n`)
  return Promise.resolve(false)
}

function missingPackages(wanted: readonly SystemPackage[]): readonly SystemPackage[] {
  const query = spawnSync(
    'dpkg-query',
    ['-W', '-f', `\${Package} \${db:Status-Abbrev}\n`, ...wanted.map(({ name }) => name)],
    {
      encoding: 'utf8',
    },
  )
  if (query.error) return []
  const present = installedNames(query.stdout)
  // From Debian 13 on, some libraries carry the suffix of the wide time type.
  return wanted.filter(({ name }) => !present.has(name) && !isInstalled(`${name}t64`))
}

/** Names that dpkg-query's lines `name ii ` report as installed. */
export function installedNames(lines: string): ReadonlySet<string> {
  return new Set(
    lines
      .split('\n')
      .filter((line) => / ii\s*$/.test(line))
      .map((line) => line.slice(0, line.indexOf(' '))),
  )
}

function isInstalled(name: string): boolean {
  const query = spawnSync('dpkg-query', ['-W', '-f', `\${db:Status-Abbrev}`, name], { encoding: 'utf8' })
  return query.stdout.startsWith('ii')
}

function installPrefix(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return []
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' })
  return sudo.status === 0 ? ['sudo', '-n'] : undefined
}

function install(prefix: readonly string[], missing: readonly SystemPackage[]): boolean {
  process.stderr.write(`Installing ${missing.map(({ name }) => name).join(', ')} ...\n`)
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0']
  const run = (words: readonly string[]) => {
    const [command = '', ...rest] = [...prefix, ...apt, ...words]
    execFileSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], timeout: aptLimit })
  }
  try {
    run(['update'])
    run(['install', '-y', '--no-install-recommends', ...missing.map(({ name }) => name)])
    return true
  } catch {
    return false
  }
}
