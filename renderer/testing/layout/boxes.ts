/** Where elements and their texts stand, and how much of them can be seen or scrolled to. */

/** Edges in CSS pixels of the window. */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** One text of the page with the lines that it is drawn in. */
export type TextRun = { readonly node: Text; readonly element: HTMLElement; readonly lines: readonly Box[] }

/** Rounding of fractions of pixels is no fault. */
const slack = 1.5

/** Whether somebody who looks at the page sees the element; words for screen readers alone are not seen. */
export function isSeen(element: Element): boolean {
  return element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.sr-only')
}

/** Whether an element scrolls along an axis. */
export function scrolls(element: Element, axis: 'x' | 'y'): boolean {
  const style = getComputedStyle(element)
  return /auto|scroll/.test(axis === 'x' ? style.overflowX : style.overflowY)
}

function ancestors(element: Element): Element[] {
  const found: Element[] = []
  // What is fixed leaves its ancestors behind.
  for (let one: Element = element; getComputedStyle(one).position !== 'fixed';) {
    const { parentElement } = one
    if (!parentElement || parentElement === document.body) break
    found.push(parentElement)
    one = parentElement
  }
  return found
}

function cut(box: Box, by: Box): Box {
  return {
    left: Math.max(box.left, by.left),
    top: Math.max(box.top, by.top),
    right: Math.min(box.right, by.right),
    bottom: Math.min(box.bottom, by.bottom),
  }
}

function windowBox(): Box {
  return { left: 0, top: 0, right: window.innerWidth, bottom: window.innerHeight }
}

/** The part of a box in an element that is on screen now. */
export function seenPart(box: Box, element: Element): Box {
  const clipping = [element, ...ancestors(element)].filter((one) => getComputedStyle(one).overflowX !== 'visible')
  return clipping.reduce((left, one) => cut(left, one.getBoundingClientRect()), cut(box, windowBox()))
}

/** How wide and how high two boxes lie over each other. */
export function overlap(a: Box, b: Box): { readonly width: number; readonly height: number } {
  const both = cut(a, b)
  return { width: both.right - both.left, height: both.bottom - both.top }
}

/** Whether scrolling brings all of a box onto the screen; `axis` is the one that it fails on. */
export function unreachable(box: Box, element: Element): 'sideways' | 'up or down' | undefined {
  let { left, top, right, bottom } = box
  for (const one of ancestors(element)) {
    const { overflowX } = getComputedStyle(one)
    if (overflowX === 'visible') continue
    const around = one.getBoundingClientRect()
    if (scrolls(one, 'x')) {
      const start = left - around.left + one.scrollLeft
      if (start < -slack || start + right - left > one.scrollWidth + slack) return 'sideways'
      ;[left, right] = [around.left, around.right]
    }
    if (scrolls(one, 'y')) {
      const start = top - around.top + one.scrollTop
      if (start < -slack || start + bottom - top > one.scrollHeight + slack) return 'up or down'
      ;[top, bottom] = [around.top, around.bottom]
    }
    if (left < around.left - slack || right > around.right + slack) return 'sideways'
    if (top < around.top - slack || bottom > around.bottom + slack) return 'up or down'
  }
  if (left < -slack || right > window.innerWidth + slack) return 'sideways'
  if (top < -slack || bottom > window.innerHeight + slack) return 'up or down'
  return undefined
}

/** Boxes on one line are one: a text that changes its font or direction has several in a line. */
function linesOf(boxes: readonly Box[]): Box[] {
  const lines: Box[] = []
  for (const box of boxes) {
    const last = lines.at(-1)
    if (last && overlap(last, { ...box, left: last.left, right: last.right }).height > (box.bottom - box.top) / 2) {
      lines[lines.length - 1] = { ...last, left: Math.min(last.left, box.left), right: Math.max(last.right, box.right) }
    } else lines.push(box)
  }
  return lines
}

/** Every text below an element that is seen. */
export function textsIn(root: Element): TextRun[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const found: TextRun[] = []
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement } = node
    if (!(node instanceof Text) || !parentElement || node.data.trim() === '' || !isSeen(parentElement)) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1)
    found.push({ node, element: parentElement, lines: linesOf(boxes) })
  }
  return found
}
