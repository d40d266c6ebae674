/**
 * The desktop's transport between page and engine. Trust is checked once, here: a call counts only from the main frame
 * of our own window, while it shows our own origin. What the call says is parsed by the engine's `serve`.
 */
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron'
import { z } from 'zod'
import { type EventEnvelope, fail, type Result } from '../../shared/rpc.ts'
import { callChannel, eventChannel, pageOrigin, spellingChannel } from './channels.ts'
import type { Spelling } from './spelling/spelling.ts'

type Serve = (envelope: unknown) => Promise<Result<unknown>>

/** Answers the page's calls; `page` is asked anew each time, since the window may have been replaced. */
export function answerCalls(page: () => WebContents | undefined, serve: Serve): void {
  ipcMain.handle(callChannel, (event: IpcMainInvokeEvent, envelope: unknown) =>
    isOurPage(event, page()) ? serve(envelope) : fail('badRequest'),
  )
}

const wordsSchema = z.array(z.string().max(200)).max(2_000)

/** Checks the page's words, once it has asked for the dictionary's language. */
export function answerSpelling(page: () => WebContents | undefined, spelling: Spelling): void {
  ipcMain.handle(spellingChannel, (event: IpcMainInvokeEvent, words: unknown) => {
    if (!isOurPage(event, page())) return undefined
    const parsed = wordsSchema.safeParse(words)
    return parsed.success ? spelling.wrong(parsed.data) : spelling.begin()
  })
}

/** Sends an event to the page, if it still shows our own origin. */
export function sendEvent(page: WebContents | undefined, event: EventEnvelope): void {
  if (page && !page.isDestroyed() && page.mainFrame.origin === pageOrigin) page.send(eventChannel, event)
}

function isOurPage({ sender, senderFrame }: IpcMainInvokeEvent, page: WebContents | undefined): boolean {
  return page !== undefined && sender === page && senderFrame === page.mainFrame && senderFrame.origin === pageOrigin
}
