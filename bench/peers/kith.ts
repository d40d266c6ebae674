/** Kith among its peers: a device that follows its list on a WebSocket and checks every answer. */
import { once } from 'node:events'
import type { WebSocket } from 'ws'
import { people as accounts, type Organisation } from '../../e2e/support/organisation.ts'
import { openHands } from '../hands.ts'
import { type Client, signInTo, targetAt } from '../kwp.ts'
import { certificateOf, configure } from '../server.ts'
import type { Peer, Person } from './peer.ts'
import { openTunnel } from './tunnel.ts'

/** Fills alice's list with these people and signs her in, through the tunnel. */
export async function openKith(organisation: Organisation, people: readonly Person[]): Promise<Peer> {
  await configure(organisation, { approve: 'auto' })
  const lines = people.map(({ group, ...one }) => `${JSON.stringify({ ...one, groups: [group] })}\n`)
  await organisation.command(['contact', 'add', '--user', 'alice', '--from', '-'], lines.join(''))
  const hands = openHands(organisation.folder)
  const tunnel = await openTunnel(Number(new URL(organisation.ports.url).port))
  const target = () => targetAt(`https://127.0.0.1:${tunnel.port}`, certificateOf(organisation))
  const rename = (round: number) => {
    const changes = { name: `Changed ${round}` }
    return hands.make([{ op: 'contact.set', user: 'alice', address: people[round]?.address, changes }])
  }
  let client: Client | undefined
  let socket: WebSocket | undefined
  const here = () => {
    if (!client) throw new Error('nobody is signed in')
    return client
  }
  return {
    tunnel,
    async first() {
      client?.target.agent.destroy()
      client = await signInTo(target(), accounts.alice)
      await client.sync()
    },
    async settle() {
      socket = await here().follow(() => undefined)
      socket.on('error', () => undefined)
    },
    async changed(round) {
      if (!socket) throw new Error('nothing is followed')
      const poke = once(socket, 'message')
      await Promise.all([rename(round), poke.then(() => here().sync())])
    },
    async changeAlone(round) {
      here().target.agent.destroy()
      await rename(round)
    },
    async back() {
      here().target = target()
      await here().sync()
    },
    async close() {
      socket?.terminate()
      client?.target.agent.destroy()
      await hands.close()
    },
  }
}
