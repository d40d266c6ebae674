/** From pressing Enter at one side to the message on the other side's screen, over real SMTP and IMAP. */
import { converse, say, signIn } from '../e2e/support/journeys.ts'
import { people } from '../e2e/support/organisation.ts'
import type { Bench } from './bench.ts'
import { milliseconds, quantile, table } from './figures.ts'

const rounds = 50

/** Prints the times from one side to the other. */
export async function benchMessages({ open, organisation: serve }: Bench): Promise<void> {
  const organisation = await serve()
  const [alice, bob] = [await open('alice'), await open('bob')]
  await signIn(alice, organisation, people.alice)
  await signIn(bob, organisation, people.bob)
  await converse(alice.page, people.bob)
  await converse(bob.page, people.alice)
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const text = `message number ${round}`
    const start = performance.now()
    await say(alice.page, text)
    await bob.page.getByRole('log', { name: 'Conversation' }).getByText(text, { exact: true }).waitFor()
    times.push(performance.now() - start)
  }
  await Promise.all([alice.close(), bob.close()])
  await organisation.remove()
  table(
    'Message: sent to seen',
    ['rounds', 'p50', 'p95', 'worst'],
    [
      [
        `${rounds}`,
        milliseconds(quantile(times, 0.5)),
        milliseconds(quantile(times, 0.95)),
        milliseconds(quantile(times, 1)),
      ],
    ],
  )
}
