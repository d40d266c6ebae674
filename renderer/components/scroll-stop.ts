/**
 * The tab stop of a region that scrolls but holds nothing to stop at: without one, the keyboard cannot scroll it
 * (axe: scrollable-region-focusable).
 */
export const scrollStop = 0
