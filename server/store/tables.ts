/** Rows of the server's store (protocol.md 11). Times are milliseconds since the epoch; hashes and list leaves are bytes or hex as said. */
import type { Generated } from 'kysely'
import type { MailTables } from './mail-schema.ts'

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

/** An entry that many lists share: a user as the others see it, an open domain, a closed address within one. */
export type CardRow = {
  /** `u.<login>`, `d.<rule>` or `x.<rule>`: also the entry's id in every list. */
  readonly id: string
  readonly rev: number
  /** ASCII-folded address, or `@domain`. */
  readonly key: string
  readonly json: string
  readonly leaf: Uint8Array
}

export type GroupRow = { readonly id: string; readonly title: string }
export type GroupMemberRow = { readonly grp: string; readonly usr: string }

/** `open`: the members of `a` and `b` list each other. `domain`: whoever `b` names lists everybody at the domain `a`. `deny`: nobody (or only the user `b`) lists `a`, an address or `@domain`. */
export type RuleRow = {
  readonly id: string
  readonly kind: 'open' | 'domain' | 'deny'
  readonly a: string
  readonly b: string
  /** JSON of what more there is to a rule. */
  readonly more: string
}

/** One administrative change, chained to the one before. */
export type AuditRow = {
  readonly n: number
  readonly at: number
  readonly who: string
  readonly via: string
  readonly op: string
  readonly target: string
  readonly why: string
  /** JSON: what was there before and after. */
  readonly before: string
  readonly after: string
  /** JSON: the changes that undo this one; empty where nothing does. */
  readonly undo: string
  /** Hex. */
  readonly prev: string
  readonly hash: string
}

/** Changes that wait: for a second pair of eyes, or for whoever holds the policy key. */
export type ProposalRow = {
  readonly id: string
  readonly at: number
  readonly who: string
  readonly via: string
  readonly why: string
  /** JSON. */
  readonly changes: string
  readonly state: 'approval' | 'ready' | 'done' | 'refused'
  readonly approved_by: string
  /** JSON of the outcome; empty until there is one. */
  readonly result: string
}

/** When a contact was last written to and last heard of; 0: never. */
export type UsageRow = { readonly usr: string; readonly key: string; readonly sent: number; readonly received: number }

/** What a user may administer. */
export type RoleRow = {
  readonly usr: string
  readonly role: 'auditor' | 'operator' | 'administrator'
  /** TOTP secret, base32; empty until it is set up. */
  readonly totp: string
  /** Last time step that was used: a code opens once. */
  readonly totp_step: number
}

/** Opens the administration service to a program. */
export type TokenRow = {
  /** Hash of the token: the token itself is never stored. */
  readonly hash: string
  readonly name: string
  readonly scopes: string
  readonly by: string
  readonly at: number
  readonly expires: number
}

/** A wish for a contact. `peer`: its login, where it has one. `asked`: waits for the peer; `accepted`: for approval, if any. */
export type ContactRequestRow = {
  readonly id: string
  readonly usr: string
  readonly address: string
  readonly key: string
  readonly name: string
  readonly peer: string
  readonly note: string
  readonly state: 'asked' | 'accepted' | 'done' | 'declined' | 'refused' | 'withdrawn'
  readonly at: number
  /** 0: not yet. */
  readonly decided_at: number
  readonly decided_by: string
}

export type InvitationRow = {
  /** Hash of the secret in the link. */
  readonly hash: string
  readonly usr: string
  readonly exp: number
  readonly used_by: string
}

export type DeviceState = 'pending' | 'active' | 'locked' | 'revoked'
export type DeviceRow = {
  readonly id: string
  readonly usr: string
  readonly name: string
  /** Ed25519 and X25519 public keys, base64. */
  readonly dsig: string
  readonly dbox: string
  readonly state: DeviceState
  /** Highest request number seen: each request must exceed it. */
  readonly seq: number
  readonly ack_ep: number
  readonly ack_ver: number
  readonly ack_head: string
  readonly last: number
}

export type ListRow = {
  readonly id: string
  readonly usr: string
  readonly ep: number
  readonly ver: number
  /** Hex. */
  readonly acc: string
  readonly root: string
  readonly cnt: number
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
  readonly ver: number
  readonly ep: number
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
  readonly usr: string
  readonly dev: string
  /** Absolute end. */
  readonly exp: number
  /** End unless used before. */
  readonly idle: number
}

export type NonceRow = { readonly n: string; readonly exp: number }

export type CommandRow = {
  readonly id: string
  readonly usr: string
  readonly dev: string
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
  readonly ep: number
  readonly ver: number
  readonly at: number
}

/** Every head ever issued, hash-chained. */
export type OrgLogRow = { readonly n: number; readonly head_hash: string; readonly prev: string; readonly at: number }

/** `bytes`: the signed manifest, canonical JSON. */
export type ManifestRow = { readonly ver: number; readonly bytes: string; readonly at: number }

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
  readonly usr: string
  readonly exp: number
  /** Device that used it, or empty. */
  readonly dev: string
}

/** Alarms that clients reported (protocol.md 6). */
export type ReportRow = {
  readonly id: Generated<number>
  readonly usr: string
  readonly dev: string
  readonly kind: string
  readonly at: number
}

export type SettingRow = { readonly name: string; readonly value: string }

export type ServerTables = {
  readonly users: UserRow
  readonly devices: DeviceRow
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
  readonly cards: CardRow
  readonly groups: GroupRow
  readonly members: GroupMemberRow
  readonly rules: RuleRow
  readonly audit: AuditRow
  readonly proposals: ProposalRow
  readonly usage: UsageRow
  readonly roles: RoleRow
  readonly tokens: TokenRow
  readonly requests: ContactRequestRow
  readonly invitations: InvitationRow
  readonly settings: SettingRow
}

export type Tables = ServerTables & MailTables
