/** What every server under comparison offers to the measurement, and what it is given. */
import type { Tunnel } from './tunnel.ts'

/** Each resolves when the client has the list, or the difference, in hand. */
export type Peer = {
  readonly tunnel: Tunnel
  /** From nothing: connection, signing in, the whole list. */
  readonly first: () => Promise<void>
  /** The client stays connected and is as it would be between two changes. */
  readonly settle: () => Promise<void>
  /** Somebody else changes the name of an entry; resolves when the connected client has it. */
  readonly changed: (round: number) => Promise<void>
  /** Somebody else changes the name of an entry while nothing is connected. */
  readonly changeAlone: (round: number) => Promise<void>
  /** A new connection of the client that it was, up to the difference. */
  readonly back: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Where the server keeps its things, and the TLS of all three. */
export type Place = { readonly folder: string; readonly cert: string; readonly key: string }
/** One entry of the list, roster or address book. */
export type Person = { readonly address: string; readonly name: string; readonly group: string }
