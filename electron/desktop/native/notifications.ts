/** Shows a notice by the system, and counts what came within the last moments. */
import { Notification } from 'electron'
import type { EventEnvelope } from '../../../shared/rpc.ts'
import type { Clock } from '../../engine/ground/ports.ts'
import { type Notice, type NoticeFacts, noticeOf } from './notice.ts'

type Notifier = {
  /** Takes a `message.arrived` or `request.arrived`. */
  arrived(event: EventEnvelope, facts: Omit<NoticeFacts, 'recent'>): void
}

/** Messages within this many milliseconds count as one burst. */
const burst = 5_000

/** Makes what shows notices; `open` is called with the conversation of the one that was clicked. */
export function createNotifier(clock: Clock, open: (conversation: string | undefined) => void): Notifier {
  // Kept while on screen: a collected notification forgets its click.
  const shown = new Set<Notification>()
  let recent = 0
  let summary: Notification | undefined
  const show = (notice: Notice): Notification => {
    const notification = new Notification({ title: notice.title, body: notice.body })
    shown.add(notification)
    notification.on('click', () => open(notice.conversation))
    notification.on('close', () => shown.delete(notification))
    notification.show()
    return notification
  }
  return {
    arrived(event, facts) {
      recent += 1
      clock.after(burst, () => {
        recent -= 1
      })
      const notice = noticeOf(event, { ...facts, recent })
      if (!notice || !Notification.isSupported()) return
      // A newer number takes the place of the older one, instead of standing below it.
      if (notice.conversation === undefined) summary?.close()
      const notification = show(notice)
      summary = notice.conversation === undefined ? notification : undefined
    },
  }
}
