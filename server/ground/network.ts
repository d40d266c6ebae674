/** The network of an address: what tries, requests and connections are counted by. */
import { isIPv4, isIPv6 } from 'node:net'

/** Groups of 16 bits that name an IPv6 network: within a /64 whoever has one address has all of them. */
const networkGroups = 4

/**
 * The /24 of an IPv4 address, the /64 of an IPv6 one; an IPv4 address within IPv6 counts as what it is. Text that is no
 * address stands for itself.
 */
export function networkOf(address: string): string {
  // A zone names our own interface, not the peer.
  const bare = address.replace(/%.*$/, '')
  if (isIPv4(bare)) return `${bare.slice(0, bare.lastIndexOf('.'))}.0/24`
  if (!isIPv6(bare)) return address
  const groups = groupsOf(bare)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped) return `${[(groups[6] ?? 0) >> 8, (groups[6] ?? 0) & 255, (groups[7] ?? 0) >> 8].join('.')}.0/24`
  const network = groups.slice(0, networkGroups).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

/** The eight groups of an IPv6 address. A URL writes every form of it in one way. */
function groupsOf(address: string): readonly number[] {
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [head, tail] = [before, after].map((text) =>
    text
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16)),
  )
  const zeros = Array.from({ length: 8 - (head?.length ?? 0) - (tail?.length ?? 0) }, () => 0)
  return [...(head ?? []), ...zeros, ...(tail ?? [])]
}
