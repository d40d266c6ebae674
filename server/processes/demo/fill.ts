/** Fills the demo once: mailboxes with what was written before, judged and stored as the mail server does, and requests that wait. */
import type { Account } from '../../accounts/accounts.ts'
import { createRequest } from '../../administration/requests/requests.ts'
import { gatewayOf, openKeyRing } from '../../keys/key-ring.ts'
import { createWhitelists } from '../../lists/whitelists.ts'
import { type Apart, createApart } from '../../mail/apart/apart.ts'
import { systemDns } from '../../mail/apart/dns.ts'
import { bytesOf, type CleanMessage, readIncoming } from '../../mail/smtp/message.ts'
import { evidenceOf, type Judge, judgeFor } from '../../mail/smtp/verdict.ts'
import { createOrganisations } from '../../organisation/organisation.ts'
import type { Context } from '../../settings/context.ts'
import type { NewMessage } from '../../store/mail/mail-store.ts'
import { type Claimed, demoClaims, demoHistory, type Said, timeOf } from './history.ts'
import { demoAccounts, demoDomain, demoRequests, nameOfDemo } from './people.ts'

/** Does nothing where any of the accounts that can be tried has mail: what somebody did while trying stays. */
export async function fillDemo(context: Context): Promise<void> {
  const { store, clock } = context
  const folders = await Promise.all(demoAccounts.map(({ user }) => store.mail.folders(user, clock.now())))
  if (folders.flat().some(({ uidNext }) => uidNext > 1)) return
  await askDemo(context)
  const apart = createApart(systemDns)
  try {
    const gatewayKey = gatewayOf(await openKeyRing(context))
    const judge = { lists: store.lists, whitelists: createWhitelists(context), clock, apart, gatewayKey }
    const filed = await filedCopies({ ...judge, now: clock.now(), accountOf: await accountsOf(context) })
    // Last and at once: it is by its mail that a filled demo is known.
    await store.transaction(async (inside) => {
      for (const { user, folder, message } of filed) {
        const place = (await inside.mail.folders(user, clock.now())).find(({ path }) => path === folder)
        if (place) await inside.mail.append(place.id, message)
      }
    })
  } finally {
    await apart.close()
  }
}

/** As people ask in the app; a request that is there already is not made twice. */
async function askDemo(context: Context): Promise<void> {
  for (const { user, to, note } of demoRequests) {
    const row = await context.store.users.get(user)
    if (row) await createRequest({ ...context, organisations: createOrganisations() }, row, { to, note })
  }
}

type Filling = Judge & {
  readonly apart: Apart
  readonly now: number
  readonly accountOf: (user: string) => Account
}
/** A message where it lies. */
type Filed = { readonly user: string; readonly folder: 'INBOX' | 'Sent'; readonly message: NewMessage }

async function accountsOf({ store }: Context): Promise<(user: string) => Account> {
  const rows = new Map((await store.users.all()).map((row) => [row.id, row]))
  return (user) => {
    const row = rows.get(user)
    if (!row) throw new Error(`the demo has no ${user}`)
    return row
  }
}

async function filedCopies(filling: Filling): Promise<readonly Filed[]> {
  const filed: Filed[] = []
  // The oldest first: so it was delivered.
  const history = demoHistory.toSorted((a, b) => timeOf(a, filling.now) - timeOf(b, filling.now))
  for (const said of history) filed.push(...(await copiesOf(filling, said)))
  for (const claimed of demoClaims) {
    const at = timeOf(claimed, filling.now)
    const message = readIncoming(rawOf(claimedHeader(claimed, at), claimed.text))
    filed.push(await received(filling, { message, at, user: claimed.to, unread: true }))
  }
  return filed
}

/** The sender's own copy where the sender can be tried, and one for each of those who can. */
async function copiesOf(filling: Filling, said: Said): Promise<readonly Filed[]> {
  const at = timeOf(said, filling.now)
  const raw = rawOf(header(said, at), said.text)
  const message = readIncoming(raw)
  const own = { raw, summary: await filling.apart.summary(raw), flags: ['\\Seen'], received: at }
  const isTried = (user: string) => demoAccounts.some((account) => account.user === user)
  const copies = await Promise.all(
    [...said.to, ...(said.cc ?? [])]
      .filter(isTried)
      .map((user) =>
        received(filling, { message, at, user, login: said.from, unread: said.unread?.includes(user) ?? false }),
      ),
  )
  return [...(isTried(said.from) ? [{ user: said.from, folder: 'Sent' as const, message: own }] : []), ...copies]
}

type Receiving = {
  readonly message: CleanMessage
  readonly at: number
  readonly user: string
  /** Who submitted it; without, it came from outside. */
  readonly login?: string
  readonly unread: boolean
}

async function received(filling: Filling, { message, at, user, login, unread }: Receiving): Promise<Filed> {
  const delivered = bytesOf(message)
  const evidence = await evidenceOf(filling, message, { delivered, login: login && addressOf(login) })
  const { field } = await judgeFor(filling, filling.accountOf(user), evidence)
  const returnPath = login === undefined ? '' : addressOf(login)
  const fields = [`Return-Path: <${returnPath}>`, field, traceOf(login, at), ...message.fields]
  const raw = bytesOf({ fields, body: message.body })
  const summary = await filling.apart.summary(delivered)
  return { user, folder: 'INBOX', message: { raw, summary, flags: unread ? [] : ['\\Seen'], received: at } }
}

function traceOf(login: string | undefined, at: number): string {
  return `Received: by ${demoDomain} (Kith) with ${login === undefined ? 'ESMTP' : 'ESMTPSA'} id demo;\r\n ${dateOf(at)}`
}

function addressOf(user: string): string {
  return `${user}@${demoDomain}`
}

function dateOf(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

function header(said: Said, at: number): readonly string[] {
  const { from, to, cc = [], subject, answers } = said
  const people = (users: readonly string[]) =>
    users.map((user) => mailbox(nameOfDemo(user), addressOf(user))).join(', ')
  return [
    `From: ${people([from])}`,
    `To: ${people(to)}`,
    ...(cc.length === 0 ? [] : [`Cc: ${people(cc)}`]),
    `Subject: ${encoded(subject ?? said.text.match(/^.{0,60}/su)?.[0] ?? '')}`,
    `Date: ${dateOf(at)}`,
    `Message-ID: ${idOf(said)}`,
    ...(answers === undefined ? [] : [`In-Reply-To: ${idNamed(answers)}`, `References: ${idNamed(answers)}`]),
    ...(subject === undefined ? ['Chat-Version: 1.0'] : []),
  ]
}

function claimedHeader({ name, address, to, subject }: Claimed, at: number): readonly string[] {
  return [
    `From: ${mailbox(name, address)}`,
    `To: ${mailbox(nameOfDemo(to), addressOf(to))}`,
    `Subject: ${encoded(subject)}`,
    `Date: ${dateOf(at)}`,
    `Message-ID: <claim-${demoClaims.findIndex((claim) => claim.subject === subject)}@mail.test>`,
  ]
}

/** The same for each demo: what answers it names it. */
function idOf(said: Said): string {
  return idNamed(said.id ?? `${demoHistory.indexOf(said)}`)
}

function idNamed(name: string): string {
  return `<demo-${name}@${demoDomain}>`
}

function mailbox(name: string, address: string): string {
  return `${encoded(name)} <${address}>`
}

/** RFC 2047, a few characters a word, so that no line grows long. */
function encoded(text: string): string {
  if (/^[A-Za-z0-9 ]*$/.test(text)) return text
  const words = text.match(/.{1,12}/gsu) ?? []
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}

function rawOf(fields: readonly string[], text: string): Uint8Array {
  const lines =
    Buffer.from(text.replaceAll('\n', '\r\n'))
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  const content = ['MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64']
  return Buffer.from([...fields, ...content, '', ...lines, ''].join('\r\n'))
}
