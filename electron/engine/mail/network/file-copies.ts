/** Copies of what was sent, for the user's other devices. What the server refuses is tried again; the mail went out. */
import type { MailDependencies } from '../dependencies.ts'
import { filingLifetime, promptFiling } from '../limits.ts'
import type { MailStore } from '../store/store.ts'
import { ImapError, type MailSession } from './mail-session.ts'

type Filing = { readonly dependencies: MailDependencies; readonly store: MailStore; readonly session: MailSession }

/** The folder for sent messages, made when there is none. */
export async function findSentFolder(session: MailSession): Promise<string> {
  const folders = await session.folders()
  const named = folders.find(({ role }) => role === 'sent')
  // A server without special uses (RFC 6154) still has what an earlier start made.
  return (named ?? folders.find(({ path }) => path === 'Sent'))?.path ?? session.create('Sent')
}

/** Files what waits for it. A copy that is there already, by whomever, is not made again. */
export async function fileCopies({ dependencies, store, session }: Filing, folder: string): Promise<void> {
  const { clock, log } = dependencies
  const ids = store.queue.idsToFile()
  if (ids.length === 0) return
  await session.select(folder)
  let refusal: ImapError | undefined
  for (const id of ids) {
    // One at a time: each may be large.
    const row = store.queue.get(id)
    if (!row) continue
    const age = clock.now() - row.queuedAt
    try {
      // By its own clock the server is right about what was sent just now, whatever the clock here says.
      const isThere = (await session.find(row.messageId)) !== undefined
      if (!isThere) await session.append(folder, row.raw, age < promptFiling ? undefined : row.queuedAt)
      log.info('mailbox.filed')
    } catch (error) {
      if (!(error instanceof ImapError) || error.kind !== 'refused') throw error
      refusal = error
      if (age < filingLifetime) continue
      log.warn('mailbox.copyGivenUp', { code: error.code })
    }
    // After the append: a crash in between finds the copy by its Message-ID and makes no second one.
    store.queue.remove(id)
  }
  if (refusal) throw refusal
}
