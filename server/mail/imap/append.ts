/** APPEND: the bytes are kept as they come. A verdict header in them proves nothing unless G signed it (protocol.md 8). */
import { isLatin1 } from '../summary.ts'
import { answerWith, type ImapContext } from './context.ts'
import type { AppendInfo, Appending, Handlers, ImapOutcome, ImapSession } from './core.ts'

/** The handler of APPEND. */
export function appendHandlers(context: ImapContext): Pick<Handlers, 'onAppend'> {
  return {
    onAppend(...args) {
      const [path, flags, date, raw, session, answer] = args
      answerWith<[ImapOutcome, AppendInfo?]>(context, answer, () => append(context, session, [path, flags, date, raw]))
    },
  }
}

async function append(
  context: ImapContext,
  session: ImapSession,
  [path, flags, date, raw]: Appending,
): Promise<[ImapOutcome, AppendInfo?]> {
  const { user } = session
  const folder = await context.mail.folder(user.id, session.isUTF8Enabled() ? utf8Path(path) : path)
  if (!folder) return ['TRYCREATE']
  const received = date ? Date.parse(date) : context.clock.now()
  // The folder may be gone since it was looked up: the client is told as if it had never been there.
  const added = await context.mail.append(folder.id, {
    raw,
    summary: await context.apart.summary(raw),
    flags,
    received,
  })
  if (!added) return ['TRYCREATE']
  context.notifier.publish(user.id, folder.id, [{ command: 'EXISTS', uid: added.uid, modseq: added.modseq }])
  return [true, { uidValidity: folder.uidValidity, uid: added.uid }]
}

/** After ENABLE UTF8=ACCEPT the library hands a quoted path of APPEND on undecoded, one character a byte. */
function utf8Path(path: string): string {
  if (!/[\u0080-\u00ff]/.test(path) || !isLatin1(path)) return path
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(path, 'latin1'))
  } catch {
    return path
  }
}
