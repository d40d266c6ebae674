/** What the embedded mail needs of its surroundings. */
import type { Accounts } from '../accounts/accounts.ts'
import type { UsageRecorder } from '../administration/usage.ts'
import type { Clock } from '../ground/clock.ts'
import type { Whitelists } from '../lists/whitelists.ts'
import type { Store } from '../store/store.ts'
import type { Dns } from './apart/dns.ts'

/** Facts for the log: never an address book, a subject, a password or a message. */
export type MailLog = {
  info(event: string, facts?: LogFacts): void
  error(event: string, facts?: LogFacts): void
}
type LogFacts = { readonly [name: string]: string | number | boolean }

type MailPorts = { readonly smtp: number; readonly imap: number; readonly inbound?: number }

/** Everything that the embedded mail is given; tests give it a store in memory and a clock of their own. */
export type MailOptions = {
  readonly store: Pick<Store, 'mail' | 'lists'>
  readonly accounts: Pick<Accounts, 'check' | 'byAddress'>
  readonly whitelists: Whitelists
  readonly usage?: Pick<UsageRecorder, 'sent' | 'received'>
  /** G (protocol.md 1), Ed25519; the secret is the seed. 32 bytes each. Another one after a rotation: read it when it is used. */
  readonly gatewayKey: { readonly public: Uint8Array; readonly secret: Uint8Array }
  /** Where the public keys of DKIM are looked up. */
  readonly dns: Dns
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string }
  /** Name of this mail server: in its greetings and in Received. */
  readonly domain: string
  readonly clock: Clock
  readonly log: MailLog
  /** 0: any free one. Without `inbound` no mail comes from outside. */
  readonly ports: MailPorts
  readonly host: string
}

/** The running servers, with the ports that they got. */
export type MailServer = {
  readonly smtpPort: number
  readonly imapPort: number
  readonly inboundPort?: number
  /** Ends the mail connections of one account: its password changed, or it was disabled. */
  readonly drop: (account: string) => void
  /** Closes every connection; resolves when no handler uses the store any more. */
  readonly close: () => Promise<void>
}
