/**
 * The desktop's transport between page and engine. Trust is checked once, here: a call counts only from the main frame
 * of our own window, while it shows our own origin. What the call says is parsed by the engine's `serve`.
 */
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron'
import { type EventEnvelope, fail, type Result } from '../../shared/rpc.ts'
import { callChannel, eventChannel, pageOrigin } from './channels.ts'

type Serve = (envelope: unknown) => Promise<Result<unknown>>

/** Answers the page's calls; `page` is asked anew each time, since the window may have been replaced. */
export function answerCalls(page: () => WebContents | undefined, serve: Serve): void {
  ipcMain.handle(callChannel, (event: IpcMainInvokeEvent, envelope: unknown) =>
    isOurPage(event, page()) ? serve(envelope) : fail('badRequest'),
  )
}

/** Sends an event to the page, if it still shows our own origin. */
export function sendEvent(page: WebContents | undefined, event: EventEnvelope): void {
  if (page && !page.isDestroyed() && page.mainFrame.origin === pageOrigin) page.send(eventChannel, event)
}

function isOurPage({ sender, senderFrame }: IpcMainInvokeEvent, page: WebContents | undefined): boolean {
  return page !== undefined && sender === page && senderFrame === page.mainFrame && senderFrame.origin === pageOrigin
}
