/** The settings of a source of contacts. A password is named by where it lies, never written here. */
import { z } from 'zod'
import { csvColumns } from './csv/write.ts'

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
const file = z.string().min(1)
const port = z.number().int().min(1).max(65_535)
const subscription = z.enum(['both', 'to', 'from', 'none'])
const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9;-]{0,63}$/)

/** File names are relative to the data folder. */
const password = z.union([
  z.strictObject({ file }),
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
])

const common = {
  /** Names the source in every contact that it brings; never changes. */
  name,
  /** Largest share of its contacts that may go at once; losing all is always refused unless forced. */
  maxShrink: z.number().min(0).max(1).default(0.5),
  /** What its contacts are where it does not say so itself. */
  scope: z.enum(['internal', 'external']).optional(),
  /** Nothing is taken where anything is left out. */
  strict: z.boolean().optional(),
}

const online = {
  /** File with certificates to trust instead of the system's, PEM. */
  ca: file.optional(),
  /** TLS from the first byte, or STARTTLS; there is no third. */
  security: z.enum(['tls', 'starttls']),
  /** Seconds that one reading may take. */
  timeout: z.number().int().min(1).max(600).default(60),
}

const files = {
  file,
  /** As browsers name them: `gbk`, `big5`. Without: by the file's mark, else UTF-8. */
  encoding: z.string().min(1).max(40).optional(),
}

/** The head of each column that is read, by its field. */
export const columnHeads = z.partialRecord(z.enum(csvColumns), z.string().min(1).max(200))

const csv = z.strictObject({ ...common, ...files, kind: z.literal('csv'), columns: columnHeads.optional() })
const vcard = z.strictObject({ ...common, ...files, kind: z.literal('vcard') })

const xmpp = z.strictObject({
  ...common,
  ...online,
  kind: z.literal('xmpp'),
  security: online.security.default('starttls'),
  /** The account whose roster is read, a bare JID. The certificate must be for its domain. */
  jid: z.string().min(3).max(254),
  password,
  /** Where to connect; the JID's domain otherwise. */
  host: z.string().min(1).max(253).optional(),
  port: port.optional(),
  /** Which contacts of the roster: by default those who agreed in both directions. */
  subscriptions: z.array(subscription).min(1).default(['both']),
})

const ldap = z.strictObject({
  ...common,
  ...online,
  kind: z.literal('ldap'),
  security: online.security.default('tls'),
  host: z.string().min(1).max(253),
  port: port.optional(),
  /** Without: anonymous. */
  bind: z.strictObject({ dn: z.string().min(1), password }).optional(),
  base: z.string().min(1),
  filter: z.string().min(1).default('(mail=*)'),
  /** Where more than one is named, the first that has a value counts; for groups, all. */
  attributes: z
    .strictObject({
      id: attribute.default('entryUUID'),
      mail: attribute.default('mail'),
      name: z.array(attribute).min(1).default(['displayName', 'cn']),
      nickname: z.array(attribute).default([]),
      remark: z.array(attribute).default(['description']),
      groups: z.array(attribute).default(['departmentNumber', 'ou']),
    })
    .prefault({}),
  /** Entries a page (RFC 2696). */
  pageSize: z.number().int().min(1).max(5_000).default(500),
  /** Seconds between two readings. */
  every: z.number().int().min(10).max(604_800).default(900),
})

/** The settings of any source, as the command line reads them and the store keeps them. */
export const importSourceSchema = z.discriminatedUnion('kind', [csv, vcard, xmpp, ldap])
/** A source of any kind. */
export type ImportSource = z.infer<typeof importSourceSchema>
/** A roster, followed as it changes. */
export type XmppSource = z.infer<typeof xmpp>
/** A directory, read every `every` seconds. */
export type LdapSource = z.infer<typeof ldap>
/** Where a password lies: a file, or a variable of the environment. */
export type PasswordPlace = z.infer<typeof password>
