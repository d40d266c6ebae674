/** The mail that is being written: what it consists of and what can be read off it, without a host or a clock. */
import type { Failure } from '../../shared/rpc.ts'
import { looksLikeAddress } from './recipients.ts'

/** Fields that hold recipients, in the order shown. */
export const recipientFields = ['to', 'cc', 'bcc'] as const
/** A field of a mail that holds recipients. */
export type RecipientLine = (typeof recipientFields)[number]

/** One recipient in a field. The page's own opinion is a hint: the engine judges when it is submitted. */
export type Chip = {
  readonly address: string
  readonly name: string
  readonly verdict: 'asking' | 'allowed' | 'refused'
  readonly rule?: string
  readonly reason?: string
}

/** The mail that is being written, as the composer shows it. */
export type ComposeState = {
  readonly step: 'closed' | 'editing' | 'sending'
  /** Counts up with each mail that is opened: the composer begins anew with it. */
  readonly round: number
  /** Under which it is kept, once it is. */
  readonly id?: string
  readonly to: readonly Chip[]
  readonly cc: readonly Chip[]
  readonly bcc: readonly Chip[]
  /** Text in the fields that is not a recipient yet. */
  readonly typed: Readonly<Record<RecipientLine, string>>
  readonly subject: string
  readonly text: string
  readonly inReplyTo?: string
  /** Whether the user has put anything into it. */
  readonly touched: boolean
  /** Participants of the answered message who are not listed, and so are left out (O5). */
  readonly dropped: readonly string[]
  /** Where the answered message asks answers to go, if that is not used (O5). */
  readonly unusedReplyTo: readonly string[]
  readonly failure?: Failure
  /** Why what was written is not kept yet. */
  readonly unkept?: Failure
}

/** What a new mail begins with. */
export type ComposeStart = {
  readonly to?: readonly { readonly address: string; readonly name: string }[]
  readonly cc?: readonly { readonly address: string; readonly name: string }[]
  readonly subject?: string
  readonly text?: string
  readonly inReplyTo?: string
  readonly dropped?: readonly string[]
  readonly unusedReplyTo?: readonly string[]
  readonly failure?: Failure
}

/** Nothing is begun. */
export const closed: ComposeState = {
  step: 'closed',
  round: 0,
  to: [],
  cc: [],
  bcc: [],
  typed: { to: '', cc: '', bcc: '' },
  subject: '',
  text: '',
  touched: false,
  dropped: [],
  unusedReplyTo: [],
}

/** A person of the whitelist as a recipient that has not been judged yet. */
export function asChip({ address, name }: { readonly address: string; readonly name: string }): Chip {
  return { address, name, verdict: 'asking' }
}

/** The recipients of all three fields. */
export function allChips(state: ComposeState): readonly Chip[] {
  return recipientFields.flatMap((field) => state[field])
}

/** The recipients whom the guard would refuse. */
export function refusedChips(state: ComposeState): readonly Chip[] {
  return allChips(state).filter(({ verdict }) => verdict === 'refused')
}

/** Whether `Send` may be pressed: somebody to write to, and nobody refused. */
export function canSend(state: ComposeState): boolean {
  const somebody = allChips(state).length > 0 || recipientFields.some((field) => looksLikeAddress(state.typed[field]))
  return state.step === 'editing' && somebody && refusedChips(state).length === 0
}

/** Whether anything was written that would be lost. */
export function hasContent(state: ComposeState): boolean {
  const { typed, subject, text } = state
  const isTyped = recipientFields.some((field) => typed[field].trim() !== '')
  return allChips(state).length > 0 || isTyped || subject !== '' || text.trim() !== ''
}
