/** kith contacts, kith refresh. */
import type { Contact } from '../../../shared/contract.ts'
import { table } from '../../../shared/text/table.ts'
import { terminalLine } from '../../../shared/text/terminal.ts'
import type { Command } from '../client.ts'
import { done, failed } from '../outcome.ts'

/** Rows asked for at once; the contract's most. */
const page = 500

/** A contact in several groups stands in several sections, and is listed once here. */
export function contacts({ search }: { readonly search: string }): Command {
  return async ({ kith }) => {
    const found = new Map<string, Contact>()
    // The list may move between two windows: a contact that is seen twice counts once by its id.
    for (let from = 0, total = 1; from < total; from += page) {
      const answer = await kith.call('contacts.query', { search, from, count: page })
      if (!answer.ok) return failed(answer.failure)
      total = answer.value.total
      for (const row of answer.value.rows) if (row.row === 'contact') found.set(row.contact.id, row.contact)
    }
    const all = [...found.values()]
    const rows = all.map(({ name, address, nickname, groups }) =>
      [name, `<${address}>`, nickname, groups.join(', ')].map(terminalLine),
    )
    return done(table(rows), { contacts: all })
  }
}

/** `kith refresh`: asks the server for the list now, and tells what changed. */
export const refresh: Command = async ({ kith }) => {
  const answer = await kith.call('contacts.refresh', {})
  if (!answer.ok) return failed(answer.failure)
  const { added, changed, removed, version } = answer.value
  const isUnchanged = added + changed + removed === 0
  const words = isUnchanged ? 'Nothing changed' : `${added} added, ${changed} changed, ${removed} removed`
  return done(`${words} (version ${version}).`, { change: answer.value })
}
