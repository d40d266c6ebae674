/** An IMAP server over real loopback TCP that answers as the script says, and otherwise as it should. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import {
  fetchAnswers,
  isInSet,
  type PeerFolder,
  type PeerMessage,
  searchAnswer,
  storeFlags,
} from './imap-peer-folder.ts'

/** One command of a client. `literal`: the bytes that came with it. */
export type PeerCommand = {
  readonly name: string
  readonly rest: string
  readonly tag: string
  readonly literal: Buffer
  readonly socket: Socket
}

/** Lines instead of the right answer; nothing for the right one. */
type Script = (command: PeerCommand) => readonly string[] | undefined

type PeerOptions = {
  readonly capabilities?: string
  /** Leaves UIDNEXT away in the answer to SELECT. */
  readonly noUidNext?: boolean
  readonly folders?: readonly string[]
  readonly script?: Script
}

export type ImapPeer = {
  readonly port: number
  /** Commands as they came, over all connections, without tags and passwords. */
  readonly commands: readonly string[]
  readonly connections: () => number
  /** Messages of a folder. */
  folder(name: string): readonly PeerMessage[]
  /** Puts a message into a folder and tells those who have it selected. */
  deliver(raw: Uint8Array | string, more?: Partial<PeerMessage> & { readonly folder?: string }): PeerMessage
  /** Another program takes a message out of a folder. */
  remove(folder: string, uid: number): void
  /** Another program sets or takes away \Seen. */
  setSeen(folder: string, uid: number, seen: boolean): void
  script: Script
  /** Writes a line to every client. */
  say(line: string): void
  close(): Promise<void>
}

const usual = 'IMAP4rev1 IDLE NAMESPACE UIDPLUS SPECIAL-USE LITERAL+'

export async function imapPeer(options: PeerOptions = {}): Promise<ImapPeer> {
  const folders = new Map<string, PeerFolder>()
  for (const name of options.folders ?? ['INBOX', 'Sent']) folders.set(name, { uidNext: 1, modseq: 1, messages: [] })
  const commands: string[] = []
  const clients = new Set<Client>()
  let connections = 0
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1
    const client: Client = { socket, selected: undefined, idle: undefined }
    clients.add(client)
    socket.on('close', () => clients.delete(client))
    socket.on('error', () => undefined)
    serve({ client, folders, commands, options, script: (command) => peer.script(command) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folderOf = (name: string): PeerFolder => {
    const found = folders.get(name)
    if (!found) throw new Error(`no such folder: ${name}`)
    return found
  }
  const tell = (name: string, line: string): void => {
    for (const { socket, selected } of clients) if (selected === name) socket.write(`${line}\r\n`)
  }
  const peer: ImapPeer = {
    port: (server.address() as AddressInfo).port,
    commands,
    connections: () => connections,
    folder: (name) => folderOf(name).messages,
    ...handsOn(folderOf, tell),
    script: options.script ?? (() => undefined),
    say(line) {
      for (const { socket } of clients) socket.write(`${line}\r\n`)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const { socket } of clients) socket.destroy()
      }),
  }
  return peer
}

type Hands = Pick<ImapPeer, 'deliver' | 'remove' | 'setSeen'>

/** What happens in the mailbox without this client. */
function handsOn(folderOf: (name: string) => PeerFolder, tell: (name: string, line: string) => void): Hands {
  return {
    deliver(raw, { folder: name = 'INBOX', ...more } = {}) {
      const folder = folderOf(name)
      const uid = more.uid ?? folder.uidNext
      folder.modseq += 1
      const bytes = Buffer.from(raw)
      const usualDate = '23-Nov-2026 08:00:00 +0000'
      const message = { uid, raw: bytes, seen: false, date: usualDate, modseq: folder.modseq, ...more }
      folder.messages.push(message)
      folder.uidNext = uid + 1
      tell(name, `* ${folder.messages.length} EXISTS`)
      return message
    },
    remove(name, uid) {
      const folder = folderOf(name)
      const index = folder.messages.findIndex((message) => message.uid === uid)
      folder.messages.splice(index, 1)
      folder.modseq += 1
      tell(name, `* ${index + 1} EXPUNGE`)
    },
    setSeen(name, uid, seen) {
      const folder = folderOf(name)
      storeFlags(folder, [uid], seen)
      const index = folder.messages.findIndex((message) => message.uid === uid)
      tell(name, `* ${index + 1} FETCH (UID ${uid} FLAGS (${seen ? '\\Seen' : ''}))`)
    },
  }
}

type Client = { readonly socket: Socket; selected: string | undefined; idle: string | undefined }

type Serving = {
  readonly client: Client
  readonly folders: Map<string, PeerFolder>
  readonly commands: string[]
  readonly options: PeerOptions
  readonly script: Script
}

function serve(serving: Serving): void {
  const { socket } = serving.client
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  say(`* OK [CAPABILITY ${serving.options.capabilities ?? usual}] ready`)
  let buffered = Buffer.alloc(0)
  let line = ''
  let literal = Buffer.alloc(0)
  let wanted = 0
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk])
    for (;;) {
      if (wanted > 0) {
        if (buffered.length < wanted) return
        literal = Buffer.from(buffered.subarray(0, wanted))
        buffered = buffered.subarray(wanted)
        wanted = 0
      }
      const end = buffered.indexOf('\r\n')
      if (end < 0) return
      line += buffered.subarray(0, end).toString('latin1')
      buffered = buffered.subarray(end + 2)
      const mark = /\{(\d+)(\+?)\}$/u.exec(line)
      if (mark) {
        wanted = Number(mark[1])
        if (mark[2] === '') say('+ go on')
        line = line.slice(0, mark.index)
        continue
      }
      obey(serving, line, literal, say)
      line = ''
      literal = Buffer.alloc(0)
    }
  })
}

function obey(serving: Serving, line: string, literal: Buffer, say: (line: string) => void): void {
  const { client, commands } = serving
  if (client.idle !== undefined) {
    say(`${client.idle} OK done`)
    client.idle = undefined
    return
  }
  const [, tag = '*', name = '', rest = ''] = /^(\S+) ((?:UID )?\S+) ?(.*)$/isu.exec(line) ?? []
  const command = { tag, name: name.toUpperCase(), rest, literal, socket: client.socket }
  commands.push(/^(?:LOGIN|AUTH)/u.test(command.name) ? command.name : `${command.name} ${rest}`.trim())
  const lines = serving.script(command) ?? answer(serving, command)
  for (const text of lines) {
    if (typeof text === 'string') say(text)
    else client.socket.write(text)
  }
}

function answer(serving: Serving, command: PeerCommand): readonly (string | Buffer)[] {
  const { client, folders, options } = serving
  const { tag, name, rest, literal } = command
  const ok = (text = 'done'): string => `${tag} OK ${text}`
  const path = /^"([^"]*)"|^(\S+)/u.exec(rest)
  const named = path?.[1] ?? path?.[2] ?? ''
  const selected = client.selected === undefined ? undefined : folders.get(client.selected)
  switch (name) {
    case 'CAPABILITY':
      return [`* CAPABILITY ${options.capabilities ?? usual}`, ok()]
    case 'NAMESPACE':
      return ['* NAMESPACE (("" "/")) NIL NIL', ok()]
    case 'ENABLE':
      return [`* ENABLED ${rest}`, ok()]
    case 'LIST':
      // RFC 9051 6.3.9: asks for the delimiter alone.
      if (rest === '"" ""') return ['* LIST (\\Noselect) "/" ""', ok()]
      return [...folders.keys()].map((one) => `* LIST (${useOf(one)}) "/" "${one}"`).concat(ok())
    case 'CREATE':
      folders.set(named, { uidNext: 1, modseq: 1, messages: [] })
      return [ok()]
    case 'SELECT':
    case 'EXAMINE':
      return select(serving, tag, named)
    case 'UID FETCH':
    case 'FETCH':
      return [...(selected ? fetchAnswers(selected, rest, name === 'FETCH') : []), ok()]
    case 'UID SEARCH':
      return [`* SEARCH ${selected ? searchAnswer(selected, rest).join(' ') : ''}`.trim(), ok()]
    case 'UID STORE':
      if (selected) storeFlags(selected, rest.split(' ', 1)[0]?.split(',').map(Number) ?? [], /\+FLAGS/iu.test(rest))
      return [ok()]
    case 'UID MOVE':
    case 'UID COPY':
    case 'UID EXPUNGE':
      return takeOut(serving, command).concat(ok())
    case 'APPEND':
      return append(serving, named, literal, ok)
    case 'IDLE':
      client.idle = tag
      return ['+ idling']
    default:
      return [ok()]
  }
}

/** RFC 6851, RFC 4315. A plain EXPUNGE would take what other programs marked, so no test wants it. */
function takeOut({ client, folders }: Serving, { name, rest }: PeerCommand): readonly string[] {
  const [set = '', into = ''] = rest.split(' ')
  const from = folders.get(client.selected ?? '')
  const target = folders.get(into.replaceAll('"', ''))
  if (!from) return []
  const highest = from.messages.at(-1)?.uid ?? 0
  const taken = from.messages.filter(({ uid }) => isInSet(set, uid, highest))
  for (const message of name === 'UID EXPUNGE' ? [] : taken) {
    if (!target) continue
    target.messages.push({ ...message, uid: target.uidNext })
    target.uidNext += 1
  }
  if (name === 'UID COPY') return []
  return taken.map((message) => {
    const number = from.messages.indexOf(message) + 1
    from.messages.splice(number - 1, 1)
    return `* ${number} EXPUNGE`
  })
}

function useOf(folder: string): string {
  return ['Sent', 'Trash', 'Junk'].includes(folder) ? `\\${folder}` : ''
}

function append({ folders }: Serving, named: string, raw: Buffer, ok: () => string): readonly string[] {
  const folder = folders.get(named)
  if (!folder) return ['* NO no such folder']
  folder.modseq += 1
  const date = '23-Nov-2026 08:00:00 +0000'
  folder.messages.push({ uid: folder.uidNext, raw, seen: true, date, modseq: folder.modseq })
  folder.uidNext += 1
  return [ok()]
}

function select({ client, folders, options }: Serving, tag: string, named: string): readonly string[] {
  const folder = folders.get(named)
  if (!folder) return [`${tag} NO no such folder`]
  client.selected = named
  const counts = options.capabilities?.includes('CONDSTORE') === true
  return [
    '* FLAGS (\\Seen)',
    `* ${folder.messages.length} EXISTS`,
    `* OK [UIDVALIDITY ${folder.uidValidity ?? 1}] ok`,
    ...(options.noUidNext ? [] : [`* OK [UIDNEXT ${folder.uidNext}] ok`]),
    ...(counts ? [`* OK [HIGHESTMODSEQ ${folder.modseq}] ok`] : []),
    '* OK [PERMANENTFLAGS (\\Seen \\*)] ok',
    `${tag} OK [READ-WRITE] selected`,
  ]
}
