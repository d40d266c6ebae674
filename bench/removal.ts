/** How long a removed contact can still be written to, and is still seen: at the gateway, at the server, at each client. */
import { setTimeout } from 'node:timers/promises'
import type { Page } from '@playwright/test'
import { converse, signIn } from '../e2e/support/journeys.ts'
import { type Organisation, people } from '../e2e/support/organisation.ts'
import type { Bench } from './bench.ts'
import { type Door, openPolicy, openSubmission } from './doors.ts'
import { quantile, table } from './figures.ts'
import { type Hands, now, openHands } from './hands.ts'
import { type Client, signInTo, targetAt } from './kwp.ts'
import { certificateOf, configure, openGateway, settingsOf } from './server.ts'

const removals = 1_000
/** Whatever number has been reached by then is told. */
const limitMs = 360_000
const onScreen = 10
const offline = 20
/** The desktop begins a Wait at most once a second: a change right after another would wait for that. */
const quietMs = 1_500

/** Milliseconds from the order. */
type Times = Record<'store' | 'gateway' | 'submission' | 'socket' | 'held', number[]>

/** Prints the tables of a removal, connected, coming back, on screen, and by the lease alone. */
export async function benchRemoval({ open, organisation: serve }: Bench): Promise<void> {
  const organisation = await serve()
  const gatewaySettings = { sockets: organisation.folder, metricsPort: 0 }
  await configure(organisation, { approve: 'auto', gateway: gatewaySettings, requestsPerMinute: 1_000_000 })
  await organisation.command(['contact', 'add', '--user', 'alice', '--from', '-'], contacts())
  const gateway = await openGateway(organisation)
  const hands = openHands(organisation.folder)
  try {
    const times = await whileConnected(organisation, hands, gateway.policy)
    const returning = await whenBack(organisation, hands)
    const shown = await whileShown(organisation, hands, open)
    tell(times, returning, shown)
    tellLease(organisation)
  } finally {
    await hands.close()
    await gateway.close()
    await organisation.remove()
  }
}

const removed = (i: number) => `person.${i}@many.test`
const talked = (i: number) => ({ name: `Talked ${i}`, address: `talked.${i}@many.test` })
const missed = (i: number) => `missed.${i}@many.test`

function contacts(): string {
  const of = (count: number, make: (i: number) => object) => Array.from({ length: count }, (_, i) => make(i))
  const all = [
    ...of(removals, (i) => ({ name: `Person ${i}`, address: removed(i) })),
    ...of(onScreen, talked),
    ...of(2 * offline, (i) => ({ name: `Missed ${i}`, address: missed(i) })),
  ]
  return all.map((one) => `${JSON.stringify(one)}\n`).join('')
}

const remove = (hands: Hands, address: string) => hands.make([{ op: 'contact.remove', user: 'alice', address }])

async function whileConnected(organisation: Organisation, hands: Hands, door: string): Promise<Times> {
  const ca = certificateOf(organisation)
  const { url, smtp } = organisation.ports
  const policy = await openPolicy(door, people.alice)
  const submission = await openSubmission(smtp, ca, people.alice)
  const [pushed, waiting] = [
    await signInTo(targetAt(url, ca), people.alice),
    await signInTo(targetAt(url, ca), people.alice),
  ]
  for (const client of [pushed, waiting]) await client.sync()
  let poked = Promise.withResolvers<void>()
  const socket = await pushed.follow(() => poked.resolve())
  const nextPoke = async () => {
    await poked.promise
    poked = Promise.withResolvers()
  }
  const times: Times = { store: [], gateway: [], submission: [], socket: [], held: [] }
  const end = now() + limitMs
  for (let i = 0; i < removals && now() < end; i += 1) {
    const address = removed(i)
    const seen = Promise.all([
      untilRefused(policy, address),
      untilRefused(submission, address),
      untilGone(pushed, address, nextPoke),
      untilGone(waiting, address, () => waiting.held()),
    ])
    const made = await remove(hands, address)
    const [atGateway, atSubmission, bySocket, byHeld] = await seen
    times.store.push(made.end - made.start)
    times.gateway.push(atGateway - made.start)
    times.submission.push(atSubmission - made.start)
    times.socket.push(bySocket - made.start)
    times.held.push(byHeld - made.start)
  }
  socket.terminate()
  for (const door of [policy, submission]) door.close()
  for (const { target } of [pushed, waiting]) target.agent.destroy()
  return times
}

/** Asks without a pause, one question after the other. */
async function untilRefused(door: Door, address: string): Promise<number> {
  while (!(await door.refuses(address)));
  return now()
}

async function untilGone(client: Client, address: string, news: () => Promise<void>): Promise<number> {
  while (client.holds(address)) {
    await news()
    await client.sync()
  }
  return now()
}

type Returning = { readonly session: number[]; readonly login: number[] }

/** From the first packet of a client that was away to its list without the contact: in its session, and signing in anew. */
async function whenBack(organisation: Organisation, hands: Hands): Promise<Returning> {
  const ca = certificateOf(organisation)
  const target = () => targetAt(organisation.ports.url, ca)
  const client = await signInTo(target(), people.alice)
  await client.sync()
  const session: number[] = []
  const login: number[] = []
  for (let i = 0; i < offline; i += 1) {
    client.target.agent.destroy()
    await remove(hands, missed(2 * i))
    await remove(hands, missed(2 * i + 1))
    const start = now()
    client.target = target()
    await client.sync()
    session.push(now() - start)
    if (client.holds(missed(2 * i))) throw new Error('the contact is still there')
    const begin = now()
    const anew = await signInTo(target(), people.alice)
    await anew.sync()
    login.push(now() - begin)
    anew.target.agent.destroy()
  }
  client.target.agent.destroy()
  return { session, login }
}

async function whileShown(organisation: Organisation, hands: Hands, open: Bench['open']): Promise<number[]> {
  const app = await open('removal')
  await signIn(app, organisation, people.alice)
  const times: number[] = []
  for (let i = 0; i < onScreen; i += 1) {
    const { name, address } = talked(i)
    await converse(app.page, { ...people.bob, name, address })
    await app.page.getByRole('textbox', { name: 'Message', disabled: false }).waitFor()
    const closed = await closing(app.page)
    await setTimeout(quietMs)
    const made = await remove(hands, address)
    times.push((await closed()) - made.start)
  }
  await app.close()
  return times
}

/** When the page's text box is disabled, by the page itself: what looks from outside looks every so often only. */
async function closing(page: Page): Promise<() => Promise<number>> {
  const watching = await page.evaluateHandle(() => {
    const at = new Promise<number>((resolve) => {
      const look = () => {
        const box = document.querySelector<HTMLTextAreaElement>('.composer textarea')
        if (box?.disabled) resolve(performance.timeOrigin + performance.now())
      }
      new MutationObserver(look).observe(document.body, { attributes: true, childList: true, subtree: true })
    })
    return { at }
  })
  return () => watching.evaluate(({ at }) => at)
}

function tell(times: Times, returning: Returning, shown: readonly number[]): void {
  const rows = [
    row('the change is in the store, signed', times.store),
    row('the gateway refuses (policy service)', times.gateway),
    row('the embedded submission refuses RCPT', times.submission),
    row('a client on a WebSocket has the new list', times.socket),
    row('a client on a held Wait has the new list', times.held),
    row("the desktop's text box is closed", shown),
    row('away, back in its session: from its first packet', returning.session),
    row('away, signs in anew: from its first packet', returning.login),
  ]
  table('Removal: from the order to …', ['until', 'removals', 'p50', 'p95', 'p99', 'worst'], rows)
}

function row(what: string, times: readonly number[]): string[] {
  const at = [0.5, 0.95, 0.99, 1].map((q) => `${quantile(times, q).toFixed(1)} ms`)
  return [what, times.length.toLocaleString('en'), ...at]
}

/** What a client without any contact to the server goes by is no measurement but a setting. */
function tellLease(organisation: Organisation): void {
  const { headDays, policy } = settingsOf(organisation)
  process.stdout.write(
    `\nA client that stays away keeps its list for what policy grants: its signed head for ${headDays} days and ${policy.offlineDays} off-line days after them, then it is locked. The gateway and the submission refuse at once all the same.\n`,
  )
}
