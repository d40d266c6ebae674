/** A folder of the scripted IMAP server, and what FETCH, SEARCH and STORE make of it. */

export type PeerMessage = {
  readonly uid: number
  readonly raw: Buffer
  seen: boolean
  /** INTERNALDATE. */
  readonly date: string
  modseq: number
  /** RFC822.SIZE, where the server lies about it. */
  readonly size?: number
}

export type PeerFolder = { uidNext: number; modseq: number; uidValidity?: number; messages: PeerMessage[] }

/** Whether a sequence set names a number. `highest` is what `*` means. */
export function isInSet(set: string, number: number, highest: number): boolean {
  return set.split(',').some((range) => {
    const [a = 0, b = a] = range.split(':').map((text) => (text === '*' ? highest : Number(text)))
    return number >= Math.min(a, b) && number <= Math.max(a, b)
  })
}

export function fetchAnswers(folder: PeerFolder, rest: string, bySequence: boolean): readonly (string | Buffer)[] {
  const [set = '', ...more] = rest.split(' ')
  const items = more.join(' ').toUpperCase()
  const since = Number(/CHANGEDSINCE (\d+)/u.exec(items)?.[1] ?? 0)
  const highest = bySequence ? folder.messages.length : (folder.messages.at(-1)?.uid ?? 0)
  return folder.messages.flatMap((message, index) => {
    const number = bySequence ? index + 1 : message.uid
    if (!isInSet(set, number, highest) || message.modseq <= since) return []
    return oneAnswer(message, index + 1, items)
  })
}

function oneAnswer(message: PeerMessage, sequence: number, items: string): readonly (string | Buffer)[] {
  const facts = [`UID ${message.uid}`]
  if (items.includes('FLAGS')) facts.push(`FLAGS (${message.seen ? '\\Seen' : ''})`)
  if (items.includes('RFC822.SIZE')) facts.push(`RFC822.SIZE ${message.size ?? message.raw.length}`)
  if (items.includes('INTERNALDATE')) facts.push(`INTERNALDATE "${message.date}"`)
  if (items.includes('MODSEQ')) facts.push(`MODSEQ (${message.modseq})`)
  const wanted = /BODY\.PEEK\[\](?:<0\.(\d+)>)?/u.exec(items)
  if (!wanted) return [`* ${sequence} FETCH (${facts.join(' ')})`]
  const body = wanted[1] === undefined ? message.raw : message.raw.subarray(0, Number(wanted[1]))
  const name = wanted[1] === undefined ? 'BODY[]' : 'BODY[]<0>'
  const head = `* ${sequence} FETCH (${facts.join(' ')} ${name} {${body.length}}\r\n`
  return [Buffer.concat([Buffer.from(head), body, Buffer.from(')\r\n')])]
}

export function searchAnswer(folder: PeerFolder, rest: string): readonly number[] {
  const id = /message-id "?([^"\s]+)"?/iu.exec(rest)?.[1]
  const found = folder.messages.filter(({ raw }) => id === undefined || raw.toString('latin1').includes(id))
  return found.map(({ uid }) => uid)
}

export function storeFlags(folder: PeerFolder, uids: readonly number[], seen: boolean): void {
  for (const message of folder.messages) {
    if (!uids.includes(message.uid)) continue
    folder.modseq += 1
    message.seen = seen
    message.modseq = folder.modseq
  }
}
