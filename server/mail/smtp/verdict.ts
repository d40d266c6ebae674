/** The gateway's verdict about a message for one recipient, by that recipient's own list, signed with G (protocol.md 8). */
import { addressKey } from '../../../shared/address.ts'
import { type DkimFact, type IncomingVerdict, judgeIncoming } from '../../../shared/guard.ts'
import { asksForDkim } from '../../../shared/guard/dkim.ts'
import { type RawMessage, splitMessage } from '../../../shared/header.ts'
import { keySignatureOf } from '../../../shared/whitelist/mail-signature.ts'
import { type MessageHashes, messageIdOf, signVerdict, type VerdictFacts } from '../../../shared/whitelist/verdict.ts'
import type { Account } from '../../accounts/accounts.ts'
import type { UsageRecorder } from '../../administration/usage.ts'
import type { Clock } from '../../ground/clock.ts'
import { primitives } from '../../ground/primitives.ts'
import type { Whitelists, WhitelistView } from '../../lists/whitelists.ts'
import type { ListStore } from '../../store/lists.ts'
import type { Apart } from '../apart/apart.ts'
import type { CleanMessage } from './message.ts'

/** What a message is judged with, for any recipient. */
export type Judge = {
  /** Keeps when contacts were last used; absent: nobody does. */
  readonly usage?: Pick<UsageRecorder, 'sent' | 'received'>
  readonly lists: Pick<ListStore, 'ofUser'>
  readonly whitelists: Whitelists
  readonly clock: Clock
  readonly apart: Pick<Apart, 'hashes' | 'dkim'>
  /** G: `secret` is read for each message, since a rotation replaces it. */
  readonly gatewayKey: { readonly secret: Uint8Array }
}

/** A message whose sender is to be proven, for one recipient or for many. */
export type Evidence = {
  /** What is delivered, cut: the verdict is about these bytes. */
  readonly message: RawMessage
  readonly hashes: MessageHashes
  /** Address key of the account that submitted it. */
  readonly login: string | undefined
  /** Verified at the first asking, over the bytes as they came, and at most once. */
  readonly dkim: () => Promise<readonly DkimFact[]>
}

/**
 * What is known of a message, whoever it is for: DNS is asked once, and only where a list wants to know. `login`: the
 * address key of a proven login here.
 */
export async function evidenceOf(
  { apart, clock }: Judge,
  message: CleanMessage,
  { delivered, login }: { readonly delivered: Uint8Array; readonly login?: string | undefined },
): Promise<Evidence> {
  let asked: Promise<readonly DkimFact[]> | undefined
  const ask = async () => (await apart.dkim(message.raw, clock.now())).dkim
  return {
    message: splitMessage(delivered),
    hashes: await apart.hashes(delivered),
    login,
    dkim() {
      asked ??= ask()
      return asked
    },
  }
}

/** What one recipient's list says, and the proof of it for that recipient's client. */
export type Judged = {
  readonly found: IncomingVerdict
  /** The list that judged. */
  readonly view: WhitelistView | undefined
  /** The whole field, to stand in front of the message. */
  readonly field: string
}

/** `pass` where the recipient's list admits the author at the level its entry asks, else `hold`. */
export async function judgeFor(judge: Judge, recipient: Account, evidence: Evidence): Promise<Judged> {
  const view = await judge.whitelists.viewOf(recipient.id)
  const found = await judgedBy(judge, { recipient, view }, evidence)
  if (found.verdict === 'admit') judge.usage?.received(recipient.id, found.contact.key)
  const facts = { from: authorOf(found, evidence.login), ...provenOf(found, evidence.login) }
  return { found, view, field: await verdictField(judge, { recipient, view, evidence }, facts) }
}

/**
 * What the message bears in itself a client can prove later, when its list admits the author (I6). Who was signed in only
 * the server knows, and only now.
 */
function provenOf(
  found: IncomingVerdict,
  login: string | undefined,
): Pick<VerdictFacts, 'level' | 'verdict' | 'proven'> {
  if (found.verdict === 'admit') return { level: found.contact.level, verdict: 'pass' }
  const isAuthor = login !== undefined && found.reason !== 'malformed' && addressKey(found.claimed.address) === login
  if (isAuthor) return { level: 'login', verdict: 'hold', proven: true }
  // The level that was asked for; none for those whom the list does not name.
  return { level: found.reason === 'notProven' ? (found.contact?.level ?? '') : '', verdict: 'hold' }
}

/** Address key; empty where From does not name one sender. */
export function authorOf(found: IncomingVerdict, login = ''): string {
  if (found.verdict === 'admit') return found.contact.key
  return addressKey(found.claimed.address) ?? login
}

type Reader = { readonly recipient: Account; readonly view: WhitelistView | undefined }

async function judgedBy({ clock }: Judge, { recipient, view }: Reader, evidence: Evidence): Promise<IncomingVerdict> {
  const { message, hashes, login } = evidence
  const unicode = view?.unicode ?? false
  const keySignature = keySignatureOf(primitives, { list: view?.list, unicode }, message, hashes)
  return judgeIncoming(view?.list, {
    now: clock.now(),
    self: recipient.address,
    unicode,
    message,
    ...(login === undefined ? {} : { login }),
    ...(keySignature ? { keySignature } : {}),
    dkim: asksForDkim(view?.list, message, unicode) ? await evidence.dkim() : [],
  })
}

/** Signs `facts` about the message with the list that judged it. */
export async function verdictField(
  { lists, gatewayKey }: Judge,
  { recipient, view, evidence }: Reader & { readonly evidence: Evidence },
  facts: Pick<VerdictFacts, 'from' | 'level' | 'verdict' | 'proven'>,
): Promise<string> {
  const { message, hashes } = evidence
  // A verdict names the recipient, the list and its version (protocol.md 8): it proves nothing to any other reader (I12).
  const list = await lists.ofUser(recipient.id)
  const all = {
    ...facts,
    ...hashes,
    mid: messageIdOf(message),
    to: addressKey(recipient.address) ?? '',
    lst: list?.id ?? recipient.id,
    ep: view?.epoch ?? 0,
    ver: view?.version ?? 0,
  }
  return `X-Kith-Verdict: ${signVerdict(primitives, all, gatewayKey.secret)}`
}
