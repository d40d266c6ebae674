/** kith watch: what happens, line by line, until it is ended. kith held: what was not admitted. */
import { shownAddress } from '../../../shared/address.ts'
import { contract } from '../../../shared/contract.ts'
import type { HeldMessage } from '../../../shared/held.ts'
import type { EventName } from '../../../shared/rpc.ts'
import { table } from '../../../shared/text/table.ts'
import { terminalJson, terminalLine, terminalText } from '../../../shared/text/terminal.ts'
import type { Command, Context } from '../client.ts'
import { done, failed } from '../outcome.ts'
import { heldWords } from '../words.ts'

type Name = EventName<typeof contract>

/** The contract's events; typed once here, since Object.keys forgets. */
const names = (Object.keys(contract.events) as Name[]).toSorted()

/** `kith watch`: prints each event until it is interrupted or the session ends. */
export const watch: Command = async (context) => {
  const undo = context.json ? watchJson(context) : watchWords(context)
  await context.interrupted
  for (const stop of undo) stop()
  return done('', { ended: true })
}

function watchJson({ kith, streams }: Context): readonly (() => void)[] {
  return names.map((name) => kith.on(name, (value) => streams.out(`${terminalJson({ name, value })}\n`)))
}

function watchWords({ kith, streams }: Context): readonly (() => void)[] {
  const say = (line: string) => streams.out(`${line}\n`)
  return [
    kith.on('message.arrived', ({ name, conversation, text }) =>
      say(`${terminalLine(name)} <${terminalLine(conversation)}>: ${terminalText(text)}`),
    ),
    kith.on('contacts.changed', ({ change }) => {
      if (change) say(`* contacts: ${change.added} added, ${change.changed} changed, ${change.removed} removed`)
    }),
    kith.on('requests.changed', ({ waiting }) => say(`* requests for your answer: ${waiting}`)),
    kith.on('held.changed', ({ total }) => say(`* held messages: ${total}`)),
    kith.on('session.changed', (session) => {
      if (session.step === 'ready') say(`* ${session.connection}, mail ${session.mail}`)
      else say(`* ${session.step}`)
    }),
  ]
}

/** Rows asked for at once; the contract's most. */
const page = 500

/** `kith held`: what was not admitted, with the reason. */
export const held: Command = async ({ kith }) => {
  const all: HeldMessage[] = []
  for (let from = 0, total = 1; from < total; from += page) {
    const answer = await kith.call('held.list', { from, count: page })
    if (!answer.ok) return failed(answer.failure)
    total = answer.value.total
    all.push(...answer.value.held)
  }
  const rows = all.map((one) => [
    new Date(one.at).toISOString(),
    `"${terminalLine(one.claimedName)}" <${terminalLine(shownAddress(one.claimedAddress))}>`,
    terminalLine(one.subject),
    `${heldWords[one.reason] ?? one.reason} (${one.rule})`,
  ])
  return done(table(rows), { held: all })
}
