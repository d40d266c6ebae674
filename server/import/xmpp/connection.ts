/**
 * A connection to an XMPP server that is protected before anything is said on it (RFC 6120 sections 4 and 5).
 *
 * Read on demand: what the server sends beyond what somebody waits for stays in the network.
 * `@xmpp/client` was tried: it cannot be given a certificate to trust, signs in without TLS where the server offers none,
 * follows the server to another host, cuts characters in two, and takes answers of any size.
 */

import net from 'node:net'
import tls from 'node:tls'
import { escapeXml } from '../../../shared/text/xml-text.ts'
import { childOf, createStanzaParser, type Stanza, StreamFault, streamUri } from './stanza.ts'

type Peer = {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls'
  /** Domain of the account: what the certificate must name (RFC 6120 section 13.7.2). */
  readonly domain: string
  readonly ca: string | undefined
}

const tlsUri = 'urn:ietf:params:xml:ns:xmpp-tls'

export class XmppConnection {
  readonly #peer: Peer
  #socket: net.Socket
  #parser = createStanzaParser()
  #waiting: Stanza[] = []
  #failure: Error | undefined

  constructor(peer: Peer) {
    this.#peer = peer
    const { host, port, security } = peer
    this.#socket = this.#attach(
      security === 'tls' ? tls.connect({ host, port, ...this.#trust() }) : net.connect({ host, port }),
    )
  }

  /** Opens the stream and protects it; gives the features that the server offers then (sections 4.3 and 5.4). */
  async secure(): Promise<Stanza> {
    if (this.#peer.security === 'tls') return this.openStream()
    const features = await this.openStream()
    if (!childOf(features, tlsUri, 'starttls')) throw new StreamFault('it offers no TLS')
    this.send(`<starttls xmlns='${tlsUri}'/>`)
    const answer = await this.next()
    if (answer.uri !== tlsUri || answer.local !== 'proceed') throw new StreamFault('it refuses TLS')
    // Said in the clear, it would be heard as if it had been protected.
    if (this.#waiting.length > 0 || this.#socket.readableLength > 0)
      throw new StreamFault('it speaks before TLS begins')
    const plain = this.#socket
    this.#socket = this.#attach(tls.connect({ socket: plain, ...this.#trust() }))
    return this.openStream()
  }

  /** Begins a stream, again after TLS and after signing in; gives its features. */
  async openStream(): Promise<Stanza> {
    this.#parser = createStanzaParser()
    this.#waiting = []
    const to = escapeXml(this.#peer.domain)
    this.send(
      `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='${streamUri}'>`,
    )
    const root = await this.next()
    if (root.uri !== streamUri || root.local !== 'stream') throw new StreamFault('it is not an XMPP server')
    const features = await this.next()
    if (features.uri !== streamUri || features.local !== 'features') throw new StreamFault('it names no features')
    return features
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  /** Whether something has arrived that nobody has taken. */
  get isBusy(): boolean {
    return this.#waiting.length > 0
  }

  /** The next stanza. Throws where the stream ends, breaks, or tells an error. */
  async next(): Promise<Stanza> {
    for (;;) {
      const stanza = this.#waiting.shift()
      if (stanza?.uri === streamUri && stanza.local === 'error') {
        // A host that it names instead is not followed: nobody configured it.
        throw new StreamFault(`it ends the stream: ${stanza.children[0]?.local.slice(0, 40) ?? 'without a reason'}`)
      }
      if (stanza) return stanza
      if (this.#parser.hasEnded()) throw new StreamFault('it ended the stream')
      const chunk = this.#socket.read() as Buffer | null
      if (chunk) this.#waiting.push(...this.#parser.write(chunk))
      else await this.#arrival()
    }
  }

  /** Ends the connection at once; who waits for a stanza is told `why`. */
  destroy(why: string): void {
    this.#failure ??= new StreamFault(why)
    this.#socket.destroy()
  }

  #attach<T extends net.Socket>(socket: T): T {
    socket.on('error', (error) => {
      this.#failure ??= error
    })
    return socket
  }

  #arrival(): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      const events = ['end', 'close', 'error'] as const
      const settle = (finish: () => void) => {
        socket.off('readable', onReadable)
        for (const event of events) socket.off(event, onEnd)
        finish()
      }
      const onReadable = () => settle(resolve)
      const onEnd = () => settle(() => reject(this.#failure ?? new StreamFault('it hung up')))
      if (socket.destroyed || socket.readableEnded) {
        reject(this.#failure ?? new StreamFault('it hung up'))
        return
      }
      socket.once('readable', onReadable)
      for (const event of events) socket.once(event, onEnd)
    })
  }

  #trust(): tls.ConnectionOptions {
    const { domain, ca } = this.#peer
    return {
      ...(ca === undefined ? {} : { ca }),
      ...(net.isIP(domain) ? {} : { servername: domain }),
      ALPNProtocols: ['xmpp-client'],
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(domain, certificate),
    }
  }
}
