/** Rows of the server's store (protocol.md 11). Times are milliseconds since the epoch; hashes and list leaves are bytes or hex as said. */
import type { Generated } from 'kysely'
import type { KeptState } from '../../shared/quarantine.ts'
import type { AdministrationTables } from './administration/tables.ts'
import type { MailTables } from './mail/mail-schema.ts'

/** An account. Whoever has been a user stays here, disabled at most: logs and entries name the login. */
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

/** `pending`: waits for approval. `locked` may come back, `revoked` never does. */
export type DeviceState = 'pending' | 'active' | 'locked' | 'revoked'
/** A device of a user; its id is the device's own choice, so it is unique only with the user. */
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
  /** What it last said that it holds (Ack, protocol.md 4); 0 and empty: nothing yet. */
  readonly ack_epoch: number
  readonly ack_version: number
  readonly ack_head: string
  /** Its last signed request. */
  readonly last: number
}

/** The server's half of what opens a device's store, base64 (protocol.md 9); a row of its own, so that no list of devices shows it. */
export type HalfRow = { readonly user: string; readonly device: string; readonly half: string }

/** A list as its newest version has it; the entries are in rows of their own and on shared cards. */
export type ListRow = {
  readonly id: string
  readonly user: string
  readonly epoch: number
  readonly version: number
  /** Hex. */
  readonly acc: string
  /** State root over the entries (protocol.md 3.3), hex. */
  readonly root: string
  readonly count: number
  /** Bytes of the entries' canonical texts together. */
  readonly bytes: number
  /** Number of the next entry: an entry's id is never used again. */
  readonly next: number
}

/** An entry of one list alone, whether or not it shows there. */
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

/**
 * A version of a list. Rows are added and never changed: clients that are behind follow the chain through all of
 * them.
 */
export type VersionRow = {
  readonly list: string
  readonly version: number
  readonly epoch: number
  /** Hex. */
  readonly core_hash: string
  readonly acc: string
  /** What changed against the version before, as `lists/ops.ts` writes it; empty: not kept. */
  readonly ops_json: string
  /** Characters of `ops_json`: whether a delta is worth loading is known without loading it. */
  readonly ops_size: number
  /** Canonical JSON of the head, exactly the bytes that were signed. */
  readonly head: string
  /** Base64. */
  readonly head_sig: string
  /** Who made the version: a login or actor, or the reason, such as `policy` for a re-issue. */
  readonly by: string
  readonly at: number
}

/** One device's session; it ends at the earlier of its two ends. */
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

/** `sNon` of a Hello, base64, until a login uses it or its 60 seconds are over. */
type NonceRow = { readonly n: string; readonly exp: number }

/** A command to a device (protocol.md 3.7). `bytes` is what P signed, canonical JSON; `sig` its signature, base64. */
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
/** A poke. Rows live for an hour: whoever was away for longer asks for the list anyway. */
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

/** Where a user or a token succeeded: a network, or a device that opened the administration (protocol.md 5.3). */
export type ProvenRow = { readonly who: string; readonly place: string; readonly at: number }

/** A code for one device of one user. The device is kept, since the same one may show its code again. */
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

/** What the store says of itself (schema, standing) and the organisation's policy and version. */
type SettingRow = { readonly name: string; readonly value: string }

/** Names of the tables without the embedded mail's. */
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
  readonly proven: ProvenRow
  readonly enrolments: EnrolmentRow
  readonly reports: ReportRow
  readonly settings: SettingRow
  readonly quarantine: QuarantineRow
}

/** Every table of the store. */
export type Tables = ServerTables & MailTables
