/** Counts the conversations with something unread, for the tray's badge. */
import { contract } from '../../../shared/contract.ts'
import type { Result } from '../../../shared/rpc.ts'
import type { Clock } from '../../engine/ground/ports.ts'

type UnreadCounter = { countSoon(): void; stop(): void }

/** Changes within this many milliseconds are counted once. */
const pause = 300
/** Conversations looked at, newest first: a badge of hundreds says nothing more. */
const window = 500

/** Counts over `serve` and hands each count to `show`; `stop` ends a count that waits. */
export function openUnreadCounter(
  clock: Clock,
  serve: (envelope: unknown) => Promise<Result<unknown>>,
  show: (count: number) => void,
): UnreadCounter {
  let undo: (() => void) | undefined
  const count = async () => {
    undo = undefined
    const answer = await serve({ name: 'conversations.list', input: { from: 0, count: window } })
    const parsed = answer.ok ? contract.calls['conversations.list'].output.safeParse(answer.value) : undefined
    // Signed out or locked: nothing is known, so nothing is shown.
    show(parsed?.success ? parsed.data.conversations.filter(({ unread }) => unread > 0).length : 0)
  }
  return {
    countSoon() {
      undo ??= clock.after(pause, () => void count())
    },
    stop() {
      undo?.()
      undo = undefined
    },
  }
}
