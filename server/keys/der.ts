/** The few DER forms (X.690) that a self-signed certificate needs. */

/** Tag numbers of X.690; those of SEQUENCE and SET have the bit of constructed values. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utc: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
}

/** A value with its tag and length; `contents` one after the other. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

/** X.690 8.1.3: one byte below 128, else the number of length bytes and the length. */
function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 + bytes.length, ...bytes])
}

/** BOOLEAN true, which DER writes as all bits (X.690 11.1). */
export const derTrue = tagged(tags.boolean, Buffer.from([0xff]))

/** SEQUENCE. */
export function derSequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(tags.sequence, ...parts)
}

/** SET. */
export function derSet(...parts: readonly Uint8Array[]): Buffer {
  return tagged(tags.set, ...parts)
}

/** A positive integer given as big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  const first = bytes[0] ?? 0
  // A first bit of 1 would make the number negative (X.690 8.3), so a zero byte goes before it.
  return tagged(tags.integer, ...(first >= 0x80 ? [Buffer.from([0])] : []), bytes)
}

/** OCTET STRING. */
export function derOctets(bytes: Uint8Array): Buffer {
  return tagged(tags.octets, bytes)
}

/** `unused`: bits of the last byte that do not count. */
export function derBits(bytes: Uint8Array, unused = 0): Buffer {
  return tagged(tags.bits, Buffer.from([unused]), bytes)
}

/** UTF8String. */
export function derText(text: string): Buffer {
  return tagged(tags.utf8, Buffer.from(text, 'utf8'))
}

/** RFC 5280 4.1.2.5: two-digit years until 2049, four digits from then on. */
export function derTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return digits < '2050'
    ? tagged(tags.utc, Buffer.from(`${digits.slice(2)}Z`))
    : tagged(tags.time, Buffer.from(`${digits}Z`))
}

/** OBJECT IDENTIFIER, given as numbers with dots. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** X.690 8.19: seven bits a byte, the highest group first; the top bit says that more follow. */
function base128(number: number): readonly number[] {
  const bytes = [number % 128]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 + (rest % 128))
  return bytes
}
