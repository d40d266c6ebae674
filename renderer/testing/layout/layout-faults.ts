/** Looks at the page as it is drawn now and names what is cut off, covered, broken, too small or out of reach. */
import { type Box, isSeen, overlap, scrolls, seenPart, type TextRun, textsIn, unreachable } from './boxes.ts'

/** WCAG 2.2, 2.5.8: the least size of what is pressed. */
const leastTarget = 24
const targets = [
  'button',
  'a[href]',
  'input',
  'select',
  'textarea',
  'summary',
  '[tabindex="0"]',
  '[role="option"]',
  '[role="radio"]',
  '[role="switch"]',
].join(', ')
/** What is one line whatever the room. */
const oneLine = '.badge, nav button, .row-group, .row-when, th'
/** What a button may be as wide as. */
const panes =
  '.note > div, .measure, .gate-card, [role="dialog"] > .page-scroll, .shell-list, .shell-detail, [role="dialog"]'

function nameOf(element: Element): string {
  const words = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\s+/g, ' ')
  const classes = [...element.classList].slice(0, 3).map((one) => `.${one}`)
  return `<${element.localName}${classes.join('')}> ${words.slice(0, 60)}`
}

/** The dialog or popup on top, or the whole page: what lies behind it is looked at without it. */
function lookedAt(): Element {
  return [...document.querySelectorAll('.dialog, .popup')].at(-1) ?? document.body
}

function isEllipsis(element: Element): boolean {
  return getComputedStyle(element).textOverflow === 'ellipsis'
}

/** The window holds so few letters that names of sections are shortened beside their icons. */
function isTiny(): boolean {
  return window.innerWidth < 22 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}

/** Whether pointing at it tells the whole text. */
function tellsAll(element: HTMLElement): boolean {
  element.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))
  return element.title !== '' && element.title.includes(element.textContent ?? '')
}

function spills(element: HTMLElement): string | undefined {
  const { overflowX, overflowY, display } = getComputedStyle(element)
  const tooWide = element.scrollWidth > element.clientWidth + 1
  const tooHigh = element.scrollHeight > element.clientHeight + 1
  if (display === 'inline' || element.clientWidth === 0) return undefined
  if (overflowX === 'visible') return tooWide ? 'wider than its box' : undefined
  if (tooWide && isEllipsis(element)) {
    if (element.closest('nav') && !isTiny()) return 'shortened in the navigation'
    return tellsAll(element) ? undefined : 'shortened without a title'
  }
  // A line of tabs may go on beyond the edge.
  if (tooWide && scrolls(element, 'x')) return element.matches('nav') ? undefined : 'scrolls sideways'
  if (tooWide) return 'cut off at its end'
  if (tooHigh && !scrolls(element, 'y')) return 'cut off below'
  if (tooHigh && element.clientHeight < 3 * Number.parseFloat(getComputedStyle(element).fontSize)) {
    return `scrolls in ${overflowY} of ${element.clientHeight} px`
  }
  return undefined
}

function spilled(root: Element): string[] {
  const faulty = new Set<Element>()
  const found: string[] = []
  // From the inside out: what holds something too wide is too wide for that reason alone.
  for (const element of [...root.querySelectorAll<HTMLElement>('*')].toReversed()) {
    if (!(element instanceof HTMLElement) || element.matches('input, textarea, option') || !isSeen(element)) continue
    if (element.closest('[role="progressbar"]') || [...element.children].some((child) => faulty.has(child))) {
      if ([...element.children].some((child) => faulty.has(child))) faulty.add(element)
      continue
    }
    const fault = spills(element)
    if (!fault) continue
    faulty.add(element)
    found.push(`${fault}: ${nameOf(element)}`)
  }
  return found
}

/** The control with its label: both can be pressed. */
function pressable(element: Element): Box {
  const { left, top, right, bottom } = element.getBoundingClientRect()
  const label = element.closest('label')?.getBoundingClientRect()
  if (!label) return { left, top, right, bottom }
  return {
    left: Math.min(left, label.left),
    top: Math.min(top, label.top),
    right: Math.max(right, label.right),
    bottom: Math.max(bottom, label.bottom),
  }
}

/** A link within a text is as high as its line. */
function isInText(element: Element): boolean {
  return getComputedStyle(element).display === 'inline'
}

/** A notice lies over lists for some seconds; it lies over nothing else. */
function isNoticeOverList(one: Element, other: Element): boolean {
  const notice = [one, other].find((element) => element.closest('.toasts'))
  const list = [one, other].find((element) => element.closest('.shell-list, .rows, li'))
  return notice !== undefined && list !== undefined
}

function isCovered(element: Element, { left, top, right, bottom }: Box): boolean {
  if (right - left < 2 || bottom - top < 2) return false
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
  if (!hit || isNoticeOverList(element, hit)) return false
  const whole = element.closest('label') ?? element
  return !whole.contains(hit) && !hit.contains(element)
}

function mispressed(root: Element): string[] {
  const all = [...root.querySelectorAll(targets)]
    .filter((one) => isSeen(one) && !one.closest('[aria-hidden="true"]'))
    .map((element) => ({ element, box: pressable(element) }))
    .filter(({ box }) => box.right - box.left > 1)
    .map((one) => ({ ...one, seen: seenPart(one.box, one.element) }))
  const found: string[] = []
  for (const [index, { element, box, seen }] of all.entries()) {
    const tell = (fault: string) => found.push(`${fault}: ${nameOf(element)}`)
    const [width, height] = [box.right - box.left, box.bottom - box.top]
    if (!isInText(element) && Math.min(width, height) < leastTarget - 0.5) {
      tell(`${Math.round(width)}x${Math.round(height)} px to press`)
    }
    const out = unreachable(box, element)
    if (out) tell(`out of reach ${out}`)
    if (isCovered(element, seen)) tell('covered')
    for (const other of all.slice(index + 1)) {
      if (element.contains(other.element) || other.element.contains(element)) continue
      if (isNoticeOverList(element, other.element)) continue
      const { width: wide, height: high } = overlap(seen, other.seen)
      if (wide > 1.5 && high > 1.5) tell(`over ${nameOf(other.element)}`)
    }
  }
  return found
}

/** How wide an element would be in one line. */
function oneLineWidth(element: HTMLElement): number {
  const before = element.style.cssText
  element.style.cssText += ';white-space:nowrap;inline-size:max-content;max-inline-size:none;flex:none'
  const width = element.offsetWidth
  element.style.cssText = before
  return width
}

function roomFor(element: Element): number {
  const pane = element.closest(panes) ?? document.body
  const { paddingLeft, paddingRight } = getComputedStyle(pane)
  return pane.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
}

function brokenText({ element, lines }: TextRun): string | undefined {
  if (lines.length < 2) return undefined
  if (element.closest(oneLine)) return 'broken into lines'
  const button = element.closest<HTMLElement>('button')
  if (button && oneLineWidth(button) <= roomFor(button)) return 'broken although a line has room'
  return undefined
}

function squeezed({ node, element, lines }: TextRun): boolean {
  const letter = Number.parseFloat(getComputedStyle(element).fontSize)
  const widest = Math.max(...lines.map(({ left, right }) => right - left))
  return lines.length > 3 && widest < 6 * letter && node.data.trim().length > 12
}

function misdrawn(root: Element): string[] {
  const texts = textsIn(root)
  const found: string[] = []
  const whole = texts.filter(({ element }) => ![element, element.parentElement ?? element].some(isEllipsis))
  for (const text of whole) {
    const broken = brokenText(text) ?? (squeezed(text) ? 'squeezed' : undefined)
    if (broken) found.push(`${broken}: ${nameOf(text.element)}`)
    const out = text.lines.map((line) => unreachable(line, text.element)).find((one) => one !== undefined)
    if (out) found.push(`text out of reach ${out}: ${nameOf(text.element)}`)
  }
  return [
    ...found,
    ...overwritten(texts),
    ...[...root.querySelectorAll('nav')]
      .filter(isWrapped)
      .map(nameOf)
      .map((name) => `in several lines: ${name}`),
  ]
}

/** Sections and tabs stand beside each other or below each other, never both. */
function isWrapped(nav: Element): boolean {
  const boxes = [...nav.querySelectorAll('button')].map((button) => button.getBoundingClientRect())
  const places = (edge: 'left' | 'top') => new Set(boxes.map((box) => Math.round(box[edge]))).size
  return places('left') > 1 && places('top') > 1
}

function overwritten(texts: readonly TextRun[]): string[] {
  const lines = texts.flatMap(({ element, lines: all }) =>
    all.map((line) => ({ element, line: seenPart(line, element) })),
  )
  return lines.flatMap(({ element, line }, index) =>
    lines.slice(index + 1).flatMap((other) => {
      if (other.element === element || isNoticeOverList(element, other.element)) return []
      const { width, height } = overlap(line, other.line)
      // Lines of letters reach above and below what is drawn of them.
      const low = Math.min(line.bottom - line.top, other.line.bottom - other.line.top)
      return width > 2 && height > 0.35 * low ? [`text over text: ${nameOf(element)} / ${nameOf(other.element)}`] : []
    }),
  )
}

/** What is wrong with the page as it is drawn now; each line names the fault and the element. */
export function layoutFaults(): string[] {
  const root = lookedAt()
  const wide = document.documentElement.scrollWidth > window.innerWidth ? ['the page scrolls sideways'] : []
  return [...new Set([...wide, ...spilled(root), ...mispressed(root), ...misdrawn(root)])]
}
