/** Kith's mark, drawn at any size as renderer/components/Mark.tsx has it; a dot says that something is unread. */

/** One pixel in four bytes, blue first, as Electron's bitmaps are; colours are multiplied by their opacity. */
export function drawIcon(size: number, unread = false): Uint8Array {
  const pixels = new Uint8Array(size * size * 4)
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const [red, green, blue, opacity] = colourAt((x + 0.5) / size, (y + 0.5) / size, { unread, pixel: 1 / size })
      pixels.set([blue * opacity, green * opacity, red * opacity, 255 * opacity].map(Math.round), (y * size + x) * 4)
    }
  return pixels
}

type Colour = readonly [red: number, green: number, blue: number, opacity: number]
const ground = [13, 99, 83] as const
const mark = [255, 255, 255] as const
const dot = [224, 49, 49] as const

/** Lengths as parts of the whole: Mark.tsx divides by 40. */
const corner = 11 / 40
const ring = { left: 15.5 / 40, right: 24.5 / 40, middle: 0.5, radius: 6.5 / 40, halfStroke: 1.3 / 40 } as const
const badge = { x: 0.78, y: 0.22, radius: 0.2 } as const

function colourAt(x: number, y: number, { unread, pixel }: { unread: boolean; pixel: number }): Colour {
  // Distances to each shape's edge, negative inside, softened over one pixel.
  const cover = (distance: number) => Math.min(1, Math.max(0, 0.5 - distance / pixel))
  const toRing = (centre: number) => Math.abs(Math.hypot(x - centre, y - ring.middle) - ring.radius)
  const square = cover(roundedSquare(x, y))
  const white = cover(Math.min(toRing(ring.left), toRing(ring.right)) - ring.halfStroke)
  const red = unread ? cover(Math.hypot(x - badge.x, y - badge.y) - badge.radius) : 0
  const mixed = (at: 0 | 1 | 2) => (ground[at] * (1 - white) + mark[at] * white) * (1 - red) + dot[at] * red
  return [mixed(0), mixed(1), mixed(2), Math.max(square, red)]
}

function roundedSquare(x: number, y: number): number {
  const across = Math.max(Math.abs(x - 0.5) - (0.5 - corner), 0)
  const down = Math.max(Math.abs(y - 0.5) - (0.5 - corner), 0)
  return Math.hypot(across, down) - corner
}
