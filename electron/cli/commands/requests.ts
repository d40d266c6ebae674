/** kith requests, request, accept, decline, withdraw, invite. */
import type { ContactRequests } from '../../../shared/requests.ts'
import { table } from '../../../shared/text/table.ts'
import { terminalLine } from '../../../shared/text/terminal.ts'
import type { Command } from '../client.ts'
import { done, failed } from '../outcome.ts'

/** `kith requests`: who asks, whom one asked for, and what one approves. */
export const requests: Command = async ({ kith }) => {
  const answered = await kith.call('requests.list', {})
  if (!answered.ok) return failed(answered.failure)
  return done(table(rowsOf(answered.value).map((row) => row.map(terminalLine))), { requests: answered.value })
}

function rowsOf({ incoming, own, approvals }: ContactRequests): readonly (readonly string[])[] {
  const person = ({ name, address }: { readonly name: string; readonly address: string }) => `${name} <${address}>`
  return [
    ...incoming.map(({ id, from, note }) => [id, 'asks you', person(from), note]),
    ...approvals.map(({ id, from, to, note }) => [id, 'needs your consent', `${person(from)} to ${person(to)}`, note]),
    ...own.map(({ id, address, state, note }) => [id, `yours, ${state}`, `<${address}>`, note]),
  ]
}

/** `kith request`: asks for a contact by address or invitation. */
export function request(input: { readonly to: string; readonly note: string }): Command {
  return async ({ kith }) => {
    const made = await kith.call('requests.create', input)
    return made.ok ? done('Asked.', {}) : failed(made.failure)
  }
}

/** `kith accept` and `kith decline`: answers a request by its id. */
export function answer(input: { readonly id: string; readonly accept: boolean }): Command {
  return async ({ kith }) => {
    const answered = await kith.call('requests.answer', input)
    return answered.ok ? done(input.accept ? 'Accepted.' : 'Declined.', {}) : failed(answered.failure)
  }
}

/** `kith withdraw`: takes back a request of one's own. */
export function withdraw(input: { readonly id: string }): Command {
  return async ({ kith }) => {
    const withdrawn = await kith.call('requests.withdraw', input)
    return withdrawn.ok ? done('Withdrawn.', {}) : failed(withdrawn.failure)
  }
}

/** The text is the invitation: it goes to standard output alone, so that a pipe gets nothing else. */
export const invite: Command = async ({ kith }) => {
  const made = await kith.call('invitations.create', {})
  if (!made.ok) return failed(made.failure)
  const { text, expiresAt } = made.value
  return done(terminalLine(text), { invitation: text, expires: new Date(expiresAt).toISOString() })
}
