/** STORE and UID STORE, with UNCHANGEDSINCE (RFC 7162). */
import { answerWith, type ImapContext, writeChange } from './context.ts'
import type { Handlers, ImapOutcome, ImapSession, StoreOptions } from './core.ts'

/** The handler of STORE. */
export function storeHandlers(context: ImapContext): Pick<Handlers, 'onStore'> {
  return {
    onStore(mailbox, options, session, answer) {
      answerWith<[ImapOutcome, number[]?]>(context, answer, () => store(context, { mailbox, session }, options))
    },
  }
}

type Place = { readonly mailbox: number; readonly session: ImapSession }

async function store(context: ImapContext, place: Place, options: StoreOptions): Promise<[ImapOutcome, number[]?]> {
  const { mailbox, session } = place
  const { changed, conflicts } = await context.mail.setFlags(mailbox, options.messages, {
    action: options.action,
    flags: options.value,
    ...(options.unchangedSince ? { unchangedSince: options.unchangedSince } : {}),
  })
  const condstore = session.selected !== false && session.selected.condstoreEnabled
  for (const { uid, flags, modseq } of changed) {
    // RFC 7162 3.2: with CONDSTORE the new modification number is told even where the flags are not.
    if (options.silent && !condstore) continue
    const facts = {
      uid: options.isUid ? uid : false,
      flags: options.silent ? false : flags,
      modseq: condstore ? modseq : false,
    }
    await writeChange(session, session.formatResponse('FETCH', uid, facts))
  }
  const notices = changed.map((change) => ({ ...change, command: 'FETCH' as const, ignore: session.id }))
  context.notifier.publish(session.user.id, mailbox, notices)
  return [true, [...conflicts]]
}
