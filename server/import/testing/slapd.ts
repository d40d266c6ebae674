/** For tests: Debian's slapd as a private, throw-away instance on loopback, over ldaps and STARTTLS. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfSigned } from '../../keys/certificate.ts'
import { freePort, startDaemon, temporaryFolder } from './ports.ts'

type Person = {
  readonly uid: string
  readonly mail: string
  readonly name: string
  readonly more?: Readonly<Record<string, string>>
}

export type Slapd = {
  readonly host: string
  readonly tlsPort: number
  readonly plainPort: number
  /** Folder with `ca.pem` and `password`. */
  readonly folder: string
  readonly base: string
  readonly bindDn: string
  /** Applies changes written as LDIF. */
  modify(ldif: string): void
  close(): Promise<void>
}

export const slapdPassword = 'directory test password'
const base = 'dc=corp,dc=example'
const admin = `cn=admin,${base}`

export async function slapd(people: readonly Person[]): Promise<Slapd> {
  const folder = temporaryFolder('slapd')
  const [plainPort, tlsPort] = [await freePort(), await freePort()]
  const files = (name: string) => join(folder.path, name)
  const { cert, key } = selfSigned(['127.0.0.1', 'localhost'], Date.now())
  mkdirSync(files('data'))
  writeFileSync(files('ca.pem'), cert)
  writeFileSync(files('key.pem'), key)
  writeFileSync(files('password'), `${slapdPassword}\n`, { mode: 0o600 })
  writeFileSync(files('slapd.conf'), configuration(folder.path), { mode: 0o600 })
  writeFileSync(files('people.ldif'), ldifOf(people))
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', files('slapd.conf'), '-l', files('people.ldif')], { stdio: 'pipe' })
  const urls = `ldap://127.0.0.1:${plainPort}/ ldaps://127.0.0.1:${tlsPort}/`
  const daemon = await startDaemon('/usr/sbin/slapd', ['-d', '0', '-f', files('slapd.conf'), '-h', urls], tlsPort)
  return {
    host: '127.0.0.1',
    tlsPort,
    plainPort,
    folder: folder.path,
    base,
    bindDn: admin,
    modify(ldif) {
      const args = ['-x', '-H', `ldap://127.0.0.1:${plainPort}`, '-D', admin, '-y', files('secret')]
      writeFileSync(files('secret'), slapdPassword, { mode: 0o600 })
      execFileSync('ldapmodify', args, { input: ldif, stdio: ['pipe', 'pipe', 'pipe'] })
    },
    async close() {
      await daemon.stop()
      folder.remove()
    },
  }
}

export function personDn(uid: string): string {
  return `uid=${uid},ou=people,${base}`
}

function configuration(folder: string): string {
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`)
  return `${schemas.join('\n')}
pidfile ${folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile ${folder}/ca.pem
TLSCertificateKeyFile ${folder}/key.pem
sizelimit size.soft=1000 size.hard=1000 size.prtotal=unlimited
database mdb
maxsize 268435456
suffix "${base}"
rootdn "${admin}"
rootpw "${slapdPassword}"
directory ${folder}/data
dbnosync
index objectClass eq
index mail pres,eq
access to * by * read
`
}

function ldifOf(people: readonly Person[]): string {
  const top = [
    { dn: base, objectClass: 'domain', dc: 'corp' },
    { dn: `ou=people,${base}`, objectClass: 'organizationalUnit', ou: 'people' },
  ]
  const entries = people.map(({ uid, mail, name, more }) => ({
    dn: personDn(uid),
    objectClass: 'inetOrgPerson',
    uid,
    cn: name,
    sn: name,
    ...(mail === '' ? {} : { mail }),
    ...more,
  }))
  return [...top, ...entries].map((entry) => `${Object.entries(entry).map(line).join('\n')}\n`).join('\n')
}

/** Base64, whatever the value is (RFC 2849). */
function line([name, value]: readonly [string, string]): string {
  return `${name}:: ${Buffer.from(value).toString('base64')}`
}
