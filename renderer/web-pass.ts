/**
 * What admits this browser to the web host. The link brings a token behind its `#`, which no server is sent; it is good
 * for one pass. The pass travels in a header of our own requests alone: a cookie would go to every port of this machine.
 */
import { isRecord } from '../shared/json.ts'

type PassPorts = {
  /** Of the page, as `window` has them. */
  readonly location: Pick<Location, 'hash' | 'pathname'>
  readonly history: Pick<History, 'replaceState'>
  /** Shared by the tabs of this origin; throws where the browser keeps nothing. */
  readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>
  readonly fetch: typeof fetch
}

const keptAs = 'kith.pass'

/** The header that carries a pass, and a token to `/session`. */
export function passHeader(pass: string): { readonly authorization: string } {
  return { authorization: `Bearer ${pass}` }
}

/** The pass of the link that was opened, else the one that an earlier tab got; undefined where there is neither. Takes the token out of the address. */
export async function openPass(ports: PassPorts): Promise<string | undefined> {
  const token = ports.location.hash.slice(1)
  if (token !== '') ports.history.replaceState(null, '', ports.location.pathname)
  const fresh = token === '' ? undefined : await exchange(ports, token)
  if (fresh === undefined) return kept(ports)
  try {
    ports.storage().setItem(keptAs, fresh)
  } catch {
    // A browser that keeps nothing has this one tab.
  }
  return fresh
}

function kept({ storage }: PassPorts): string | undefined {
  try {
    return storage().getItem(keptAs) ?? undefined
  } catch {
    return undefined
  }
}

async function exchange(ports: PassPorts, token: string): Promise<string | undefined> {
  const response = await ports.fetch('/session', { method: 'POST', headers: passHeader(token) })
  // A link that was opened before: an earlier tab may have its pass.
  if (!response.ok) return undefined
  const answer: unknown = await response.json()
  return isRecord(answer) && typeof answer.pass === 'string' ? answer.pass : undefined
}
