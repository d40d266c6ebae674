/** What the parts of the fake host share. */
import type { Settings, WhitelistStatus } from '../../shared/contract.ts'
import type { MailDraft } from '../../shared/mail-drafts.ts'
import type { KeptMessage } from '../../shared/quarantine.ts'
import type { ContactRequests } from '../../shared/requests.ts'
import type { Failure } from '../../shared/rpc.ts'
import type { Session } from '../../shared/session.ts'
import type { FakeAdministration } from './fake-administration.ts'
import type { createFakeContacts } from './fake-contacts.ts'
import type { makeHeld, makeMessages } from './fake-messages.ts'

export type FakeHeld = ReturnType<typeof makeHeld>[number]

/** What the parts of the fake share, and what tests may look into and change. */
export type FakeState = {
  session: Session
  settings: Settings
  whitelist: WhitelistStatus
  contacts: ReturnType<typeof createFakeContacts>
  messages: ReturnType<typeof makeMessages>
  held: readonly FakeHeld[]
  /** Of those, how many were not looked at. */
  heldUnseen: number
  /** Up to which number the user has looked at what the gateway keeps. */
  keptLooked: number
  dismissed: readonly FakeHeld[]
  /** What the gateway keeps back, and who lets it out. */
  kept: readonly KeptMessage[]
  keptBy: 'user' | 'administrator'
  requests: ContactRequests
  /** Reply-To of messages, by id. */
  replyTo: Map<string, readonly string[]>
  drafts: Map<string, string>
  mailDrafts: readonly { readonly id: string; readonly at: number; readonly draft: MailDraft }[]
  administration: FakeAdministration
  /** Failures that the next call of that name answers with. */
  failures: Map<string, Failure>
  /** What the next call of that name waits for before its answer comes. */
  delays: Map<string, Promise<unknown>>
  calls: { readonly name: string; readonly input: unknown }[]
  readonly now: () => number
  readonly emit: (name: string, value: unknown) => void
}
