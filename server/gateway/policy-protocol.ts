/** Postfix's policy delegation protocol (SMTPD_POLICY_README): requests of lines `name=value`, ended by an empty line. */

/** Attributes that the gateway looks at; absent ones are empty. */
export type PolicyRequest = {
  readonly state: string
  /** Names one mail transaction of one Postfix process. */
  readonly instance: string
  readonly login: string
  readonly sender: string
  readonly recipient: string
}

/** Bytes of one request: Postfix's own are below 2 kB, addresses may have a thousand. */
const maxRequest = 65_536

type PolicyReader = {
  /** The requests that these bytes complete; undefined: this is not Postfix, end the connection. */
  push(chunk: Uint8Array): readonly PolicyRequest[] | undefined
}

/** Cuts what arrives into requests; undefined: it is no such protocol, or a request is too long. */
export function createPolicyReader(): PolicyReader {
  let kept: Buffer = Buffer.alloc(0)
  return {
    push(chunk) {
      kept = Buffer.concat([kept, chunk])
      const requests: PolicyRequest[] = []
      for (let end = kept.indexOf('\n\n'); end >= 0; end = kept.indexOf('\n\n')) {
        const request = end <= maxRequest ? readRequest(kept.toString('utf8', 0, end)) : undefined
        if (!request) return undefined
        requests.push(request)
        kept = kept.subarray(end + 2)
      }
      // What is no request yet is bounded as well: a peer that never ends one must not fill the memory.
      return kept.length <= maxRequest ? requests : undefined
    },
  }
}

function readRequest(text: string): PolicyRequest | undefined {
  const attributes = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    const name = line.slice(0, equals)
    // Of two values nobody knows which one Postfix acts on.
    if (equals < 1 || attributes.has(name)) return undefined
    attributes.set(name, line.slice(equals + 1))
  }
  if (attributes.get('request') !== 'smtpd_access_policy') return undefined
  const of = (name: string) => attributes.get(name) ?? ''
  // It stands in a field of the message.
  if (!/^[\w.]{0,100}$/.test(of('instance'))) return undefined
  return {
    state: of('protocol_state'),
    instance: of('instance'),
    login: of('sasl_username'),
    sender: of('sender'),
    recipient: of('recipient'),
  }
}
