/** Numbers from the random port. */

/** A number in [0, 1), from 32 random bits. */
function randomUnit(random: (count: number) => Uint8Array): number {
  const bytes = random(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32
}

/** A number in [low, high). */
export function randomBetween(random: (count: number) => Uint8Array, low: number, high: number): number {
  return low + randomUnit(random) * (high - low)
}
