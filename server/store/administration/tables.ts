/** Rows of administration: people's cards, groups, rules, what was changed and what waits. Times are milliseconds since the epoch. */

/** An entry that many lists share: a user as the others see it, an open domain, a closed address within one. */
export type CardRow = {
  /** `u.<login>`, `d.<rule>` or `x.<rule>`: also the entry's id in every list. */
  readonly id: string
  readonly rev: number
  /** ASCII-folded address, or `@domain`. */
  readonly key: string
  /** Canonical text of the entry and its hash (protocol.md 3.2), made once however many lists have the card. */
  readonly json: string
  readonly leaf: Uint8Array
}

/** What rules call `group:ID`; the title is for people. */
export type GroupRow = { readonly id: string; readonly title: string }
/** `user`: a login. A user may be in several groups. */
export type GroupMemberRow = { readonly group: string; readonly user: string }

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
  /** One name for whoever acts, whatever the door (`administration/actor.ts`); `via` is the door. */
  readonly who: string
  readonly via: string
  /** Name of the change, and whom or what it was made to. */
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
  /** Who decided where four eyes are asked for; empty: nobody yet, or it needs no second person. */
  readonly approved_by: string
  /** JSON of the outcome; empty until there is one. */
  readonly result: string
}

/** When a contact was last written to and last heard of; 0: never. */
export type UsageRow = { readonly user: string; readonly key: string; readonly sent: number; readonly received: number }

/** What a user may administer. */
export type RoleRow = {
  readonly user: string
  readonly role: 'auditor' | 'operator' | 'administrator'
  /** TOTP secret, base32; empty until it is set up. */
  readonly totp: string
  /** Last time step that was used: a code opens once. */
  readonly totp_step: number
}

/** What opens the administration once in place of the authenticator. */
export type RecoveryRow = {
  /** Hash of user and code: the code itself is never stored. */
  readonly hash: string
  readonly user: string
  readonly at: number
}

/** Opens the administration service to a program. */
export type TokenRow = {
  /** Hash of the token: the token itself is never stored. */
  readonly hash: string
  readonly name: string
  /** JSON array of names; docs/administration.md says what each opens. */
  readonly scopes: string
  /** Who made it, and so has seen it: a token counts as that person where four eyes are asked for. */
  readonly by: string
  readonly at: number
  /** 0: never. */
  readonly expires: number
}

/**
 * A user's wish to have a contact. `peer`: login of the other side, where it has an account here. `asked`: waits for the
 * other side; `accepted`: for approval, or to be carried out; `done`: each lists the other.
 */
export type ContactRequestRow = {
  readonly id: string
  readonly user: string
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

/** A link by which whoever has it asks for the user `user` as a contact, who has agreed by making it. It works once. */
export type InvitationRow = {
  /** Hash of the secret in the link. */
  readonly hash: string
  readonly user: string
  readonly exp: number
  /** Login of whoever used it; empty: nobody. */
  readonly used_by: string
}

/** Names of the tables; `schema.ts` beside this describes their columns for the database. */
export type AdministrationTables = {
  readonly cards: CardRow
  readonly groups: GroupRow
  readonly members: GroupMemberRow
  readonly rules: RuleRow
  readonly audit: AuditRow
  readonly proposals: ProposalRow
  readonly usage: UsageRow
  readonly roles: RoleRow
  readonly recoveries: RecoveryRow
  readonly tokens: TokenRow
  readonly requests: ContactRequestRow
  readonly invitations: InvitationRow
}
