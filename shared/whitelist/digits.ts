/** A fingerprint as digits that two people compare by telephone, in whatever language. */

/** Digits of one group, and the groups of a fingerprint: 30 digits, 99 bits. */
const groupDigits = 5
const groups = 6
/** Bytes that one group is made of. */
const bytesPerGroup = 5

/** Six groups of five digits of a 32-byte hash, such as `12345 00678 …`. */
export function digitsOf(fingerprint: Uint8Array): string {
  if (fingerprint.length < groups * bytesPerGroup) throw new Error('a fingerprint is 32 bytes')
  const texts = Array.from({ length: groups }, (_, group) => {
    // 40 bits to a group of 17: what the remainder favours is too little to matter.
    let value = 0
    for (let i = 0; i < bytesPerGroup; i++) value = value * 256 + (fingerprint[group * bytesPerGroup + i] ?? 0)
    return String(value % 10 ** groupDigits).padStart(groupDigits, '0')
  })
  return texts.join(' ')
}
