/** Tells users, in one message each, of what the gateway has kept back for them since it last told them. */
import { shownAddress } from '../../shared/address.ts'
import { formatMailbox } from '../../shared/header.ts'
import { encodeWords } from '../../shared/text/encoded-word.ts'
import type { Account, Accounts } from '../accounts/accounts.ts'
import { tellNews } from '../lists/nudge.ts'
import { readIncoming } from '../mail/smtp/message.ts'
import { evidenceOf, type Judge, judgeFor } from '../mail/smtp/verdict.ts'
import type { Quarantined } from '../store/quarantine.ts'
import type { Store } from '../store/store.ts'
import { type NextHop, sendOn } from './next-hop.ts'

type DigestParts = Judge & {
  readonly store: Pick<Store, 'quarantine' | 'transaction'>
  readonly accounts: Pick<Accounts, 'byId'>
  readonly next: NextHop
  readonly domain: string
  readonly failed: (error: unknown) => void
}

/** Answers how many users were told. A user who cannot be told now is told the next time. */
export async function sendDigests(parts: DigestParts): Promise<number> {
  // Taken under the write lock: of several nodes one tells.
  const untold = await parts.store.transaction(async (inside) => {
    const rows = await inside.quarantine.takeUntold()
    // Clients that are open show them at once.
    await tellNews(inside, [...new Set(rows.map(({ user }) => user))], parts.clock.now())
    return rows
  })
  let told = 0
  for (const [user, rows] of Map.groupBy(untold, ({ user }) => user)) {
    try {
      const account = await parts.accounts.byId(user)
      if (!account) continue
      await sendDigest(parts, account, rows)
      told += 1
    } catch (error) {
      parts.failed(error)
      // Taken back: the rows were marked as told before anybody was.
      await parts.store.quarantine.untell(rows.map(({ id }) => id))
    }
  }
  return told
}

/** Judged as every other message is: who lists the sender sees it among the chats, everybody else among the held ones. */
async function sendDigest(parts: DigestParts, account: Account, rows: readonly Quarantined[]): Promise<void> {
  const sender = `postmaster@${parts.domain}`
  const message = readIncoming(digestFor({ account, sender, now: parts.clock.now() }, rows))
  const { field } = await judgeFor(parts, account, evidenceOf(parts, message, sender))
  const told = { fields: [field, ...message.fields], body: message.body }
  // The null sender: a digest that cannot be delivered tells nobody.
  await sendOn(parts.next, [{ from: '', to: [account.address], message: told, utf8: false }])
}

type Letter = { readonly account: Account; readonly sender: string; readonly now: number }

/** Messages named one by one; of more there is the number. */
const maxNamed = 100
/** Characters of a line of base64 (RFC 2045 6.8). */
const lineLength = 76

function digestFor({ account, sender, now }: Letter, rows: readonly Quarantined[]): Uint8Array {
  const named = rows.slice(0, maxNamed).map(({ id, at, sender: from, subject, rule }) => {
    const day = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
    return `${id}  ${day}  ${rule}  ${shownAddress(from) || '?'}  ${subject}`
  })
  const more = rows.length > maxNamed ? [`+ ${rows.length - maxNamed}`] : []
  const text = [...words(rows.length), '', ...named, ...more, ''].join('\r\n')
  const last = rows.at(-1)?.id ?? 0
  const fields = [
    `From: ${formatMailbox({ name: 'Kith', address: sender })}`,
    `To: ${account.address}`,
    `Subject: ${encodeWords('Messages held on the server · 伺服器上保留的郵件 · 服务器上保留的邮件')}`,
    `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <quarantine.${account.id}.${last}@${sender.slice(sender.indexOf('@') + 1)}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    // RFC 3834: no automatic answer.
    'Auto-Submitted: auto-generated',
  ]
  const body = Buffer.from(text)
    .toString('base64')
    .replace(new RegExp(`.{${lineLength}}(?=.)`, 'g'), '$&\r\n')
  return Buffer.from(`${fields.join('\r\n')}\r\n\r\n${body}\r\n`)
}

function words(count: number): readonly string[] {
  const one = count === 1
  return [
    `The mail server holds ${count} new ${one ? 'message' : 'messages'} that your whitelist does not admit.`,
    `To have ${one ? 'it' : 'one'} delivered, ask for it in Kith under Held, or give your administrator its number.`,
    '',
    `郵件伺服器保留了 ${count} 封白名單未允許的新郵件。如需投遞，請在 Kith 的「攔截」中索取，或將編號告知管理員。`,
    `邮件服务器保留了 ${count} 封白名单未允许的新邮件。如需投递，请在 Kith 的“拦截”中索取，或将编号告知管理员。`,
  ]
}
