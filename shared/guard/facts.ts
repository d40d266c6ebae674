/** What the guard is told and what it answers: the types of its facts and verdicts. Rules are in docs/guard.md. */
import type { Address } from '../address.ts'
import type { RawMessage } from '../header.ts'

/** One contact as the guard needs it. */
export type ListedContact = {
  readonly id: string
  readonly name: string
  /** As written in the entry. */
  readonly address: string
  /** `Address.key` of it; empty when the entry's address does not parse, and then it is never found. */
  readonly key: string
  readonly scope: 'internal' | 'external'
  /** `login`, `dmarc`, `dkim:<domain>` or `key:<public key>`: how incoming mail is proven (I2). */
  readonly level: string
  /** Milliseconds since the epoch; from then on the entry admits nothing. */
  readonly expiresAt?: number
  /** Open for messages to the contact. */
  readonly send: boolean
  /** Open for messages from the contact. */
  readonly receive: boolean
}

/** A whitelist made ready for judging: neither cost grows with the list (F2). */
export interface ListView {
  readonly size: number
  /** `key`: an `Address.key`. */
  find(key: string): ListedContact | undefined
  /** A contact that the unlisted `address`, or the `name` shown with it, looks like (I9). */
  similar(address: Address, name: string): ListedContact | undefined
}

/** What happens when the off-line lease is over (O7): nothing leaves, or only to internal contacts. */
type OnExpiry = 'block' | 'internal'
type Lease = 'valid' | 'over'

/** A recipient as text, and where it was named: a field of the header, or the envelope. */
export type OutgoingRecipient = { readonly field: 'to' | 'cc' | 'bcc' | 'envelope'; readonly text: string }

/** What is to be sent, by whom, and how old the list is. */
export type OutgoingFacts = {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The user's own address. */
  readonly self: string
  /** Each field's recipients and each envelope recipient, as text. */
  readonly recipients: readonly OutgoingRecipient[]
  readonly lease: Lease
  readonly onExpiry: OnExpiry
  /** Policy allows addresses beyond ASCII. */
  readonly unicode: boolean
}

/** Why a recipient, or a whole message, may not go. */
export type RefusalReason =
  | 'malformed'
  | 'notListed'
  | 'expired'
  | 'closed'
  | 'leaseOver'
  | 'noList'
  | 'noRecipients'
  | 'tooMany'

/** `address`: as given, without characters that would not show; empty when no single recipient is to blame. */
export type Refusal = { readonly address: string; readonly rule: string; readonly reason: RefusalReason }

/** Whether the message may go: to whom exactly (O2), or every reason against it. */
export type OutgoingVerdict =
  | { readonly allowed: true; readonly recipients: readonly Address[] }
  | { readonly allowed: false; readonly refusals: readonly Refusal[] }

/** One DKIM signature of a message, verified by the caller. */
export type DkimFact = {
  /** `d=` of the signature. */
  readonly domain: string
  readonly pass: boolean
  /** `l=` is present: part of the body is not covered. */
  readonly bodyLength: boolean
  /** `h=`: lower-case names of the fields covered. */
  readonly signed: readonly string[]
}

/** What arrived, and what is proven about it. `now`: milliseconds since the epoch; `self`: the user's own address. */
export type IncomingFacts = {
  readonly now: number
  readonly self: string
  readonly unicode: boolean
  readonly message: RawMessage
  /** X-Kith-Verdict whose signature by the gateway's key over these bytes the caller has verified (I5). */
  readonly verdict?: {
    readonly from: string
    readonly level: string
    readonly verdict: 'pass' | 'hold'
    readonly proven?: boolean
  }
  /** Key of the account that submitted it, known first hand: at the gateway, or from the configured own server (I5). */
  readonly login?: string
  readonly dkim: readonly DkimFact[]
  /** Signature by the contact's own key; `valid` as verified by the caller. */
  readonly keySignature?: { readonly key: string; readonly valid: boolean }
}

/** Why a message is held (I2, I3, I9). */
export type HeldReason = 'notListed' | 'notProven' | 'expired' | 'malformed' | 'lookalike'

/** A participant in To or Cc (I4); the user's own address among them. `address` is empty where a field did not parse. */
export type OtherParticipant = {
  readonly name: string
  readonly address: string
  /** The list in force admits it: it may be answered. True for the user's own address. */
  readonly listed: boolean
  readonly field: 'to' | 'cc'
}

/** As the message says; cleaned text, never to be shown as a contact's. */
export type Claimed = { readonly name: string; readonly address: string }

/** Admitted as from a contact (I2), or held by the rule named. */
export type IncomingVerdict =
  | {
      readonly verdict: 'admit'
      readonly rule: 'I2'
      readonly contact: ListedContact
      readonly others: readonly OtherParticipant[]
    }
  | {
      readonly verdict: 'hold'
      readonly rule: string
      readonly reason: HeldReason
      readonly claimed: Claimed
      /** The contact that it claims to be (I3) or resembles (I9). */
      readonly contact?: ListedContact
    }
