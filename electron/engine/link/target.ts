/** Which server a sign-in means, and by what it will be recognised. */
import { type Enrolment, enrolmentPrefix, parseEnrolment } from '../../../shared/whitelist/enrolment.ts'
import { parseServerAddress, type ServerAddress } from '../soap/server-address.ts'

/** A server, with everything it will be recognised by. */
export type Target = {
  readonly address: ServerAddress
  /** SHA-256 of the server's certificate. */
  readonly tlsPin?: string
  /** Fingerprint of the organisation's root keys, and the organisation. */
  readonly root?: string
  readonly org?: string
  /** One-time secret of the enrolment code. */
  readonly code?: string
}

/** `text`: host, host:port, https URL, or an enrolment code. `undefined` for anything else. */
export function readTarget(text: string, provisioned: readonly Enrolment[]): Target | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith(enrolmentPrefix)) {
    const code = parseEnrolment(trimmed)
    return code ? targetOf(code) : undefined
  }
  const address = parseServerAddress(trimmed)
  if (!address) return undefined
  // A server that was made known beforehand keeps its pins, though only its address was typed.
  const known = provisioned.map(targetOf).find((target) => target?.address.origin === address.origin)
  return known ?? { address }
}

function targetOf(enrolment: Enrolment): Target | undefined {
  const address = parseServerAddress(enrolment.url)
  if (!address) return undefined
  return {
    address,
    root: enrolment.root,
    org: enrolment.org,
    ...(enrolment.tls === undefined ? {} : { tlsPin: enrolment.tls }),
    ...(enrolment.secret === undefined ? {} : { code: enrolment.secret }),
  }
}
