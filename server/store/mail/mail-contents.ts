/**
 * The bytes of messages. A large one is written and read in pieces, and others get their turn between them: 25 MB at
 * once would keep everybody waiting for a tenth of a second.
 */
import { setImmediate } from 'node:timers/promises'
import type { Database } from '../database.ts'
import type { MessageSummary } from './mail-store.ts'

/** Rows in one statement: SQLite allows 32,766 parameters. */
export const batch = 1_000

/** Writing one takes some 4 ms. */
const pieceSize = 1024 * 1024

/** Whether the bytes take more than one piece. */
export function isLarge(raw: Uint8Array): boolean {
  return raw.length > pieceSize
}

/** Writes the first piece and answers the id of the bytes; of a large message `putRest` writes the others. */
export async function putFirst(db: Database, raw: Uint8Array, summary: MessageSummary): Promise<number> {
  const { id } = await db
    .insertInto('mail_contents')
    .values({ raw: pieceOf(raw, 0), size: raw.length, envelope: summary.envelope, structure: summary.structure })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Writes the other pieces. */
export async function putRest(db: Database, content: number, raw: Uint8Array): Promise<void> {
  for (let piece = 1; piece * pieceSize < raw.length; piece += 1) {
    await setImmediate()
    await db
      .insertInto('mail_pieces')
      .values({ content, piece, raw: pieceOf(raw, piece) })
      .execute()
  }
}

/** The same bytes: a copy of a large message would cost as much as its hash. */
function pieceOf(raw: Uint8Array, piece: number): Buffer {
  const bytes = raw.subarray(piece * pieceSize, (piece + 1) * pieceSize)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** `size` is that of the whole message. */
export function firstPiece(db: Database, content: number) {
  return db.selectFrom('mail_contents').select(['raw', 'size']).where('id', '=', content).executeTakeFirst()
}

/** All bytes; undefined where the message is gone, or goes while it is read. */
export async function wholeContent(db: Database, content: number): Promise<Uint8Array | undefined> {
  const first = await firstPiece(db, content)
  if (!first) return undefined
  const pieces = [first.raw]
  for (let length = first.raw.length; length < first.size;) {
    await setImmediate()
    const next = await db
      .selectFrom('mail_pieces')
      .select('raw')
      .where('content', '=', content)
      .where('piece', '=', pieces.length)
      .executeTakeFirst()
    if (!next) return undefined
    pieces.push(next.raw)
    length += next.raw.length
  }
  return pieces.length === 1 ? first.raw : Buffer.concat(pieces)
}

/** Deletes the bytes that no message refers to any more. */
export async function removeUnused(db: Database, contents: readonly number[]): Promise<void> {
  for (let from = 0; from < contents.length; from += batch) {
    await db
      .deleteFrom('mail_contents')
      .where('id', 'in', contents.slice(from, from + batch))
      .where((where) =>
        where.not(
          where.exists(
            where.selectFrom('mail_messages').select('uid').whereRef('mail_messages.content', '=', 'mail_contents.id'),
          ),
        ),
      )
      .execute()
  }
}

/** Removes what a crash left of large messages: their pieces, to which no message refers. */
export async function removeUnfinished(db: Database): Promise<void> {
  const large = await db.selectFrom('mail_pieces').select('content').distinct().execute()
  await removeUnused(
    db,
    large.map((row) => row.content),
  )
}
