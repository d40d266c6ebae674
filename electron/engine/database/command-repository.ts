/** Signed commands that this device has seen: each is carried out once. */
import { type Command, type SignedCommand, signedCommandSchema } from '../../../shared/whitelist/command.ts'
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
  return {
    remember: (command) => {
      // A command that comes again keeps its step: `done` must never become `seen`.
      const insert = "INSERT OR IGNORE INTO commands (id, json, step) VALUES (?, ?, 'seen')"
      database.run(insert, command.c.id, JSON.stringify(command))
    },
    isDone: (id) =>
      database.get<{ step: string }>('SELECT step FROM commands WHERE id = ?', id)?.step ===
      ('done' satisfies CommandStep),
    unfinished: () =>
      database
        .all<{ json: string }>("SELECT json FROM commands WHERE step = 'seen' ORDER BY id")
        .map(({ json }) => signedCommandSchema.parse(JSON.parse(json)).c),
    finish: (id) => {
      database.run("UPDATE commands SET step = 'done' WHERE id = ?", id)
    },
  }
}
