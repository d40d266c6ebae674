/** Where the window was, and whether it may be there again: screens come and go. Pure; files are window-file.ts. */
import { z } from 'zod'

/** A place on the screens, in the system's pixels; negative left of or above the first screen. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
/** Where the window is when it is not maximised, and whether it is. */
export type WindowState = { readonly bounds: Rectangle; readonly maximized: boolean }

/** The smallest window in which the page can be used, in pixels. */
export const minimumSize = { width: 480, height: 400 } as const
const usualSize = { width: 1180, height: 780 } as const
/** Part of the window's upper edge that must be on a screen, so that it can be dragged. */
const handle = { width: 120, height: 40 } as const
/** No screen is further away; keeps a damaged file's numbers out of the window system. */
const farthest = 32_000

const coordinate = z.number().int().min(-farthest).max(farthest)
const stateSchema = z.object({
  bounds: z.object({ x: coordinate, y: coordinate, width: coordinate.min(1), height: coordinate.min(1) }),
  maximized: z.boolean(),
})

/** The saved state when the window would be visible and reachable there; else the usual size, centred on the first screen. */
export function placeWindow(saved: unknown, workAreas: readonly Rectangle[]): WindowState {
  const first = workAreas[0] ?? { x: 0, y: 0, ...usualSize }
  const parsed = stateSchema.safeParse(saved)
  if (!parsed.success) return { bounds: centred(first), maximized: false }
  const { bounds, maximized } = parsed.data
  const area = workAreas.find((one) => isReachable(bounds, one))
  return { bounds: area ? fitted(bounds, area) : centred(first), maximized }
}

/** One half of a screen, for two windows side by side. */
export function halfOf(area: Rectangle, side: 'left' | 'right'): Rectangle {
  const width = Math.floor(area.width / 2)
  return { x: side === 'left' ? area.x : area.x + area.width - width, y: area.y, width, height: area.height }
}

function isReachable(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  const upperEdge = bounds.y >= area.y - handle.height / 2 && bounds.y <= area.y + area.height - handle.height
  return across >= handle.width && upperEdge
}

function fitted(bounds: Rectangle, area: Rectangle): Rectangle {
  const width = Math.min(Math.max(bounds.width, minimumSize.width), Math.max(area.width, minimumSize.width))
  const height = Math.min(Math.max(bounds.height, minimumSize.height), Math.max(area.height, minimumSize.height))
  // Narrower than it was, it may have left the screen that it was found on.
  const x = Math.min(Math.max(bounds.x, area.x + handle.width - width), area.x + area.width - handle.width)
  return { x, y: Math.max(bounds.y, area.y), width, height }
}

function centred(area: Rectangle): Rectangle {
  const width = Math.min(usualSize.width, area.width)
  const height = Math.min(usualSize.height, area.height)
  return {
    x: area.x + Math.floor((area.width - width) / 2),
    y: area.y + Math.floor((area.height - height) / 2),
    width,
    height,
  }
}
