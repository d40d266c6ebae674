/** Thousands of signed-in devices in one process, each with a connection of its own that it opens again after a break. */
import { Agent } from 'node:https'
import { setTimeout } from 'node:timers/promises'
import { operations, readFields } from '../shared/soap/operations.ts'
import { readEnvelope } from '../shared/soap/reader.ts'
import { now, type SignedIn } from './hands.ts'
import { type Keys, openSocket, type Poke, post, Signer } from './kwp.ts'

/** After a break: at once within this, then decorrelated between the two others (protocol.md 7). Milliseconds. */
const firstWithin = 3_000
const shortest = 1_000
const longest = 60_000

export type At = { readonly url: string; readonly ca: string; readonly keys: Keys }
export type Way = 'socket' | 'held'

export class Member {
  readonly way: Way
  readonly #signer: Signer
  readonly #at: At
  readonly #agent: Agent
  #known: Poke = { ep: 0, ver: 0 }
  #over = false
  #drop: () => void = () => undefined
  /** Called whenever the server tells a version; the first of a connection proves that it is accepted. */
  told: (version: number) => void = () => undefined
  breaks = 0

  constructor(way: Way, { user, device, sid }: SignedIn, at: At) {
    this.way = way
    this.#at = at
    // No session tickets: as many whole handshakes as there are clients.
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ca: at.ca, maxCachedSessions: 0 })
    this.#signer = new Signer({ usr: user, dev: device, sid, lst: `L-${user}` }, at.keys)
  }

  /** Resolves when the server has accepted it for the first time. */
  async join(): Promise<void> {
    const joined = this.nextTold()
    void this.#live()
    await joined
  }

  /** When the server next tells it a version. */
  nextTold(): Promise<number> {
    return new Promise((resolve) => {
      this.told = () => resolve(now())
    })
  }

  leave(): void {
    this.#over = true
    this.#drop()
    this.#agent.destroy()
  }

  async #live(): Promise<void> {
    let wait = 0
    while (!this.#over) {
      try {
        // As one who knows nothing: the server answers at once, which tells that it is there.
        this.#known = { ep: 0, ver: 0 }
        await (this.way === 'socket' ? this.#onSocket(() => (wait = 0)) : this.#onWait(() => (wait = 0)))
      } catch {
        // A break, whatever its reason.
      }
      if (this.#over) return
      this.breaks += 1
      const pause = wait === 0 ? Math.random() * firstWithin : wait
      wait = Math.min(longest, shortest + Math.random() * (3 * Math.max(wait, shortest) - shortest))
      await setTimeout(pause)
    }
  }

  async #onSocket(accepted: () => void): Promise<void> {
    const gone = Promise.withResolvers<void>()
    const socket = await openSocket(this.#at)
    this.#drop = () => socket.terminate()
    socket.on('error', () => gone.resolve())
    socket.once('close', () => gone.resolve())
    socket.on('message', (data: Buffer) => {
      accepted()
      this.#take(readEnvelope(data))
    })
    socket.send(this.#signer.wait(this.#known))
    await gone.promise
  }

  async #onWait(accepted: () => void): Promise<void> {
    const ask = () => post({ url: this.#at.url, agent: this.#agent }, this.#signer.wait(this.#known))
    for (let fields = await ask(); !this.#over; fields = await ask()) {
      accepted()
      this.#take({ ok: true, fields })
    }
  }

  #take(read: { readonly ok: boolean; readonly fields?: ReadonlyMap<string, string> }): void {
    const poke = read.fields && readFields(operations.Wait.response, read.fields)
    if (!poke) {
      this.#drop()
      return
    }
    // A hold that ran out tells what is known already.
    const isNews = poke.ver !== this.#known.ver || poke.ep !== this.#known.ep
    this.#known = { ep: poke.ep, ver: poke.ver }
    if (isNews) this.told(poke.ver)
  }
}
