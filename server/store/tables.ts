/** Rows of the server's store (protocol.md 11). Times are milliseconds since the epoch; hashes and list leaves are bytes or hex as said. */
import type { Generated } from 'kysely'
import type { KeptState } from '../../shared/quarantine.ts'
import type { AdministrationTables } from './administration/tables.ts'
import type { MailTables } from './mail/mail-schema.ts'

export type UserRow = {
  /** Login name, lower case. */
  readonly id: string
  readonly name: string
  readonly address: string
  /** ASCII-folded address: identity (guard.md A3). */
  readonly address_key: string
  readonly scope: 'internal' | 'external'
  /** Argon2id in PHC form. */
  readonly argon2: string
  readonly state: 'active' | 'disabled'
  readonly created_at: number
  /** Empty: none. */
  readonly department: string
  /** Guests: the login of the employee who answers for them; empty: none. */
  readonly sponsor: string
  /** Guests: when the account ends; 0: never. */
  readonly expires: number
}

export type DeviceState = 'pending' | 'active' | 'locked' | 'revoked'
export type DeviceRow = {
  readonly id: string
  readonly user: string
  readonly name: string
  /** Ed25519 and X25519 public keys, base64. */
  readonly dsig: string
  readonly dbox: string
  readonly state: DeviceState
  /** Highest request number seen: each request must exceed it. */
  readonly seq: number
  readonly ack_epoch: number
  readonly ack_version: number
  readonly ack_head: string
  readonly last: number
}

/** The server's half of what opens a device's store, base64 (protocol.md 9); a row of its own, so that no list of devices shows it. */
export type HalfRow = { readonly user: string; readonly device: string; readonly half: string }

export type ListRow = {
  readonly id: string
  readonly user: string
  readonly epoch: number
  readonly version: number
  /** Hex. */
  readonly acc: string
  readonly root: string
  readonly count: number
  /** Bytes of the entries' canonical texts together. */
  readonly bytes: number
  /** Number of the next entry: an entry's id is never used again. */
  readonly next: number
}

export type EntryRow = {
  readonly list: string
  readonly id: string
  readonly rev: number
  /** ASCII-folded address: one entry an address in each list. */
  readonly key: string
  /** Canonical JSON of the entry. */
  readonly json: string
  /** 32 bytes. */
  readonly leaf: Uint8Array
  /** Where it comes from: empty by hand, `request`, or an import's name. */
  readonly source: string
  /** Its identifier there. */
  readonly external: string
  /** 1: a deny rule keeps it out of the list. */
  readonly denied: number
}

export type VersionRow = {
  readonly list: string
  readonly version: number
  readonly epoch: number
  /** Hex. */
  readonly core_hash: string
  readonly acc: string
  readonly ops_json: string
  /** Characters of `ops_json`: whether a delta is worth loading is known without loading it. */
  readonly ops_size: number
  readonly head: string
  /** Base64. */
  readonly head_sig: string
  readonly by: string
  readonly at: number
}

export type SessionRow = {
  /** Hash of the session id: the id itself is never stored. */
  readonly hash: string
  readonly user: string
  readonly device: string
  /** Absolute end. */
  readonly exp: number
  /** End unless used before. */
  readonly idle: number
  /** A new authenticator's secret, until a first code of it has come; empty: none. */
  readonly totp: string
  /** Ends of the administration that was opened within the session: whatever happens, and unless used before; 0: closed. */
  readonly admin: number
  readonly admin_idle: number
}

type NonceRow = { readonly n: string; readonly exp: number }

export type CommandRow = {
  readonly id: string
  readonly user: string
  readonly device: string
  readonly bytes: string
  readonly sig: string
  readonly state: 'open' | 'started' | 'done'
}

/** `list`: the list has a new version. `access`: the user's sessions or devices changed. `news`: something beside the list did. */
export type OutboxKind = 'list' | 'access' | 'news'
export type OutboxRow = {
  readonly id: Generated<number>
  readonly kind: OutboxKind
  readonly list: string
  readonly epoch: number
  readonly version: number
  readonly at: number
}

/** Every head ever issued, hash-chained. */
export type OrgLogRow = { readonly n: number; readonly head_hash: string; readonly prev: string; readonly at: number }

/** `bytes`: the signed manifest, canonical JSON. */
export type ManifestRow = { readonly version: number; readonly bytes: string; readonly at: number }

/** Counters of failed logins; shared by all processes. */
export type AttemptRow = {
  readonly key: string
  readonly count: number
  /** Start of the counting window. */
  readonly since: number
  /** No attempt before this. */
  readonly until: number
  /** How many times the limit was reached in a row: doubles the wait. */
  readonly strikes: number
}

export type EnrolmentRow = {
  /** Hash of the one-time secret. */
  readonly hash: string
  readonly user: string
  readonly exp: number
  /** Device that used it, or empty. */
  readonly device: string
}

/** Alarms that clients reported (protocol.md 6). */
export type ReportRow = {
  readonly id: Generated<number>
  readonly user: string
  readonly device: string
  readonly kind: string
  readonly at: number
}

/** A message that the gateway keeps back for one recipient. */
export type QuarantineRow = {
  readonly id: Generated<number>
  /** Login name of the recipient. */
  readonly user: string
  readonly at: number
  /** The envelope. */
  readonly recipient: string
  readonly return_path: string
  /** Address key of the account that submitted it, or empty. */
  readonly login: string
  /** The guard's rule and reason, and the sender as claimed, cleaned. */
  readonly rule: string
  readonly reason: string
  readonly sender: string
  readonly subject: string
  readonly size: number
  /** 1: the user has been told. */
  readonly told: number
  readonly state: KeptState
  /** Released: from when on a gateway may send it. Else 0. */
  readonly due: number
  readonly raw: Uint8Array
}

type SettingRow = { readonly name: string; readonly value: string }

export type ServerTables = AdministrationTables & {
  readonly users: UserRow
  readonly devices: DeviceRow
  readonly halves: HalfRow
  readonly lists: ListRow
  readonly entries: EntryRow
  readonly versions: VersionRow
  readonly sessions: SessionRow
  readonly nonces: NonceRow
  readonly commands: CommandRow
  readonly outbox: OutboxRow
  readonly orglog: OrgLogRow
  readonly manifests: ManifestRow
  readonly attempts: AttemptRow
  readonly enrolments: EnrolmentRow
  readonly reports: ReportRow
  readonly settings: SettingRow
  readonly quarantine: QuarantineRow
}

export type Tables = ServerTables & MailTables
