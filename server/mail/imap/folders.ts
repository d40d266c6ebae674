/** LIST, LSUB, SUBSCRIBE, UNSUBSCRIBE, CREATE, RENAME, DELETE and the quota that there is none of. */
import type { MailFolder } from '../../store/mail/mail-store.ts'
import { answerWith, type ImapContext } from './context.ts'
import type { Handlers, ImapOutcome, Listed } from './core.ts'

type Verbs =
  | 'onList'
  | 'onLsub'
  | 'onSubscribe'
  | 'onUnsubscribe'
  | 'onCreate'
  | 'onRename'
  | 'onDelete'
  | 'onGetQuota'
  | 'onGetQuotaRoot'

/** The handlers of folders and quota. */
export function folderHandlers(context: ImapContext): Pick<Handlers, Verbs> {
  const { mail, clock } = context
  const listed = (account: string) => mail.folders(account, clock.now())
  return {
    onList: (_query, { user }, answer) =>
      answerWith<[readonly Listed[]]>(context, answer, async () => [(await listed(user.id)).map(listing)]),
    onLsub: (_query, { user }, answer) =>
      answerWith<[readonly Listed[]]>(context, answer, async () => [
        (await listed(user.id)).filter((f) => f.subscribed).map(listing),
      ]),
    onSubscribe: (path, { user }, answer) =>
      answerWith<[ImapOutcome]>(context, answer, async () => [await mail.subscribe(user.id, path, true)]),
    onUnsubscribe: (path, { user }, answer) =>
      answerWith<[ImapOutcome]>(context, answer, async () => [await mail.subscribe(user.id, path, false)]),
    onCreate: (path, { user }, answer) =>
      answerWith<[ImapOutcome]>(context, answer, async () => {
        const made = await mail.createFolder(user.id, path, clock.now())
        return [typeof made === 'string' ? made : true]
      }),
    onRename: (path, to, { user }, answer) =>
      answerWith<[ImapOutcome]>(context, answer, async () => [await mail.renameFolder(user.id, path, to)]),
    onDelete: (path, { user }, answer) =>
      answerWith<[ImapOutcome]>(context, answer, async () => {
        const gone = await mail.deleteFolder(user.id, path)
        if (typeof gone === 'string') return [gone]
        context.notifier.send(user.id, { command: 'DROP', mailbox: gone.id })
        return [true]
      }),
    // RFC 9208: no quota root applies to any mailbox.
    onGetQuota: (_root, _session, answer) => answer(null, 'NONEXISTENT'),
    onGetQuotaRoot: (_path, _session, answer) => answer(null, 'NONEXISTENT'),
  }
}

function listing({ path, special }: MailFolder): Listed {
  return special ? { path, specialUse: special } : { path }
}
