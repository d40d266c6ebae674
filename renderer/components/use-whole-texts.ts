/** Pointing at a text that is shortened for want of room tells all of it. */
import { useEffect } from 'react'

/** The nearest element around that is shortened by an ellipsis, where there is one. */
function shortenedAround(target: EventTarget | null): HTMLElement | undefined {
  for (let one = target; one instanceof HTMLElement; one = one.parentElement) {
    if (getComputedStyle(one).textOverflow === 'ellipsis') return one
  }
  return undefined
}

function tell({ target }: PointerEvent): void {
  const element = shortenedAround(target)
  // What may be typed into shows all of it to whoever moves in it.
  if (!element || element instanceof HTMLTextAreaElement) return
  // Anew each time: the text may have changed, or have room by now.
  if (element.scrollWidth > element.clientWidth) element.title = element.textContent ?? ''
  else element.removeAttribute('title')
}

/** Gives every shortened text of the page its whole as a tooltip, once it is pointed at. */
export function useWholeTexts(): void {
  useEffect(() => {
    document.addEventListener('pointerover', tell)
    return () => document.removeEventListener('pointerover', tell)
  }, [])
}
