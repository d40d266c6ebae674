/** Where the log of a conversation is scrolled to. */
import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { Message } from '../../../shared/message.ts'

/** Nearer to the lower end than this, the log follows new messages. */
const followReach = 80

/** Keeps the newest in sight while the reader is at the end, and the place while older ones come in above. */
export function useLogScroll(log: RefObject<HTMLDivElement | null>, messages: readonly Message[]) {
  const place = useRef({ atEnd: true, height: 0, first: '', last: '' })
  const first = messages[0]?.id ?? ''
  const end = messages.at(-1)
  const last = end?.id ?? ''
  const own = end?.direction === 'out'
  useLayoutEffect(() => {
    const element = log.current
    if (!element) return
    const before = place.current
    // Older messages came in above: by as much as the log grew, its contents moved down.
    const grew = element.scrollHeight - before.height
    // Whoever has just written wants to see it, wherever the log was scrolled to.
    const newOwn = own && last !== before.last
    if (before.atEnd || newOwn) element.scrollTo({ top: element.scrollHeight })
    else if (first !== before.first && last === before.last) element.scrollTo({ top: element.scrollTop + grew })
    place.current = { atEnd: before.atEnd || newOwn, height: element.scrollHeight, first, last }
  }, [log, first, last, own])
  /** The log gets lower when a notice appears below it: who was at the end stays there. */
  useLayoutEffect(() => {
    const element = log.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => {
      if (place.current.atEnd) element.scrollTo({ top: element.scrollHeight })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [log])
  return {
    remember: () => {
      const element = log.current
      if (!element) return
      const left = element.scrollHeight - element.scrollTop - element.clientHeight
      place.current = { ...place.current, atEnd: left < followReach, height: element.scrollHeight }
    },
  }
}
