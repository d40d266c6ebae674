/** How much of a scrolling list is in view, and how large a letter is. */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'
import type { View } from './row-layout.ts'

/** Pixels of 1rem until the browser has been asked. */
const usualRem = 16
/** Height assumed before the first measurement: enough to fill any window. */
const firstHeight = 900

/** The size of 1rem now: the user may have chosen a larger text. */
export function useRem(): number {
  const [rem, setRem] = useState(usualRem)
  useEffect(() => {
    const read = () => setRem(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || usualRem)
    read()
    window.addEventListener('resize', read)
    return () => window.removeEventListener('resize', read)
  }, [])
  return rem
}

/** Which part of a scrolling element is in view. */
export function useRowView(scroller: RefObject<HTMLElement | null>): View {
  const [view, setView] = useState<View>({ top: 0, height: firstHeight })
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const read = () => {
      const next = { top: element.scrollTop, height: element.clientHeight || firstHeight }
      // The same object where nothing moved: a scroll event must not draw the whole list again.
      setView((before) => (before.top === next.top && before.height === next.height ? before : next))
    }
    read()
    const observer = new ResizeObserver(read)
    observer.observe(element)
    element.addEventListener('scroll', read, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', read)
    }
  }, [scroller])
  return view
}
