/** What is done with a message before it is judged: it is read, in a thread of its own (reader.ts). */
import type { ListedContact, ListView } from '../../../../shared/guard.ts'
import { authorOf, splitMessage } from '../../../../shared/header.ts'
import type { MailDependencies } from '../dependencies.ts'
import { selfKey } from '../judge.ts'
import { type Fetched, listState, type Prepared } from './incoming.ts'
import type { ReadTask } from './read-message.ts'
import type { MessageReader } from './reader.ts'

/**
 * Does the part of judging that may wait, since proofs may ask the DNS. `judge` then decides at once, with the list in
 * force at that moment.
 */
export async function prepare(
  dependencies: MailDependencies,
  reader: MessageReader,
  fetched: Fetched,
  view: ReadTask['view'] = 'proven',
): Promise<Prepared> {
  const { message, authors, state } = openHeader(dependencies, fetched.raw)
  const self = selfKey(dependencies)
  const { view: _list, prepare: _prepare, ...list } = dependencies.list()
  const { at, truncated } = fetched
  const { authserv } = dependencies.servers
  const now = dependencies.clock.now()
  // Its own whole buffer: that is handed over, and comes back.
  const { raw, ...found } = await reader.read({
    raw: fetched.raw,
    view,
    at,
    truncated,
    now,
    self,
    authserv,
    list,
    authors,
  })
  const body = raw.subarray(raw.length - message.body)
  const { fields, fault } = message
  return {
    fetched: { ...fetched, raw },
    message: { fields, body, ...(fault ? { fault } : {}) },
    listState: state,
    ...found,
  }
}

/** The header, which costs little however large the message is (A5), and what the list says of the author that From names. */
function openHeader({ list }: MailDependencies, raw: Uint8Array) {
  const message = splitMessage(raw)
  const { fields, body, fault } = message
  const inForce = list()
  const { view, unicode } = inForce
  // As proofs read From, and as what is shown does: with non-ASCII addresses, whether or not the policy allows any.
  const keys = new Set([unicode, true].map((all) => authorOf(message, all)?.address.key ?? ''))
  const authors = view && [...keys].flatMap((key) => pairOf(key, view))
  const state = listState(inForce, authorOf(message, unicode)?.address.key ?? '')
  return { message: { fields, fault, body: body.length }, authors, state }
}

function pairOf(key: string, view: ListView): readonly (readonly [string, ListedContact])[] {
  const found = view.find(key)
  return found ? [[key, found]] : []
}
