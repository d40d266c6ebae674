/** SELECT, EXAMINE and STATUS. */
import { answerWith, type ImapContext } from './context.ts'
import type { Handlers, Opened, Status } from './core.ts'

/** The handlers of SELECT, EXAMINE and STATUS. */
export function openHandlers(context: ImapContext): Pick<Handlers, 'onOpen' | 'onStatus'> {
  const { mail, notifier } = context
  return {
    onOpen(path, { user }, answer) {
      // The library has the mailbox selected once it is answered; what happened since the store was read is told then.
      const selected: typeof answer = (error, ...results) => {
        answer(error, ...results)
        notifier.refresh(user.id)
      }
      answerWith<[Opened | string]>(context, selected, async () => {
        const opened = await mail.open(user.id, path)
        if (!opened) return ['NONEXISTENT']
        const { id, uidValidity, uidNext, modseq } = opened.folder
        return [{ _id: id, uidValidity, uidNext, modifyIndex: modseq, uidList: [...opened.uids] }]
      })
    },
    onStatus(path, { user }, answer) {
      answerWith<[Status | string]>(context, answer, async () => {
        const folder = await mail.folder(user.id, path)
        if (!folder) return ['NONEXISTENT']
        const { uidNext, uidValidity, modseq } = folder
        return [{ ...(await mail.counts(folder.id)), uidNext, uidValidity, highestModseq: modseq }]
      })
    },
  }
}
