/**
 * Signed commands that this device has seen: each is carried out once. A disk that takes nothing stops none of them: they
 * are then kept in memory, and the server sends them again after a restart.
 */
import { type Command, type SignedCommand, signedCommandSchema } from '../../../shared/whitelist/command.ts'
import { isDiskRefusal } from '../ground/store-error.ts'
import type { Database } from './open.ts'

type CommandStep = 'seen' | 'done'

/** The signed commands of a store, by their ids. */
export type CommandRepository = {
  readonly remember: (command: SignedCommand) => void
  /** Whether it is carried out: it is done once, however often it comes. */
  readonly isDone: (id: string) => boolean
  /** Remembered and not yet carried out: what a crash came between. */
  readonly unfinished: () => readonly Command[]
  readonly finish: (id: string) => void
}

/** The commands in an open store. */
export function createCommandRepository(database: Database): CommandRepository {
  const unwritten = new Map<string, Command>()
  const done = new Set<string>()
  return {
    remember: (command) => {
      // A command that comes again keeps its step: `done` must never become `seen`.
      const insert = "INSERT OR IGNORE INTO commands (id, json, step) VALUES (?, ?, 'seen')"
      const { id } = command.c
      if (!written(() => database.run(insert, id, JSON.stringify(command)))) unwritten.set(id, command.c)
    },
    isDone: (id) =>
      done.has(id) ||
      database.get<{ step: string }>('SELECT step FROM commands WHERE id = ?', id)?.step ===
        ('done' satisfies CommandStep),
    unfinished: () =>
      [
        ...database
          .all<{ json: string }>("SELECT json FROM commands WHERE step = 'seen' ORDER BY id")
          .map(({ json }) => signedCommandSchema.parse(JSON.parse(json)).c),
        ...unwritten.values(),
      ].filter(({ id }) => !done.has(id)),
    finish: (id) => {
      done.add(id)
      written(() => database.run("UPDATE commands SET step = 'done' WHERE id = ?", id))
    },
  }
}

function written(write: () => void): boolean {
  try {
    write()
    return true
  } catch (error) {
    if (isDiskRefusal(error)) return false
    throw error
  }
}
