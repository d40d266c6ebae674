/** Signed commands that this device has seen: each is carried out once. */
import { type Command, type SignedCommand, signedCommandSchema } from '../../../shared/whitelist/command.ts'
import type { Database } from './open.ts'

export type CommandStep = 'seen' | 'done'

export type CommandRepository = {
  /** Remembers a command; false when it was known. */
  readonly remember: (command: SignedCommand) => boolean
  /** Remembered and not yet carried out: what a crash came between. */
  readonly unfinished: () => readonly Command[]
  readonly finish: (id: string) => void
}

export function commandRepository(database: Database): CommandRepository {
  return {
    remember: (command) =>
      database.run(
        "INSERT OR IGNORE INTO commands (id, json, step) VALUES (?, ?, 'seen')",
        command.c.id,
        JSON.stringify(command),
      ).changes === 1,
    unfinished: () =>
      database
        .all<{ json: string }>("SELECT json FROM commands WHERE step = 'seen' ORDER BY id")
        .map(({ json }) => signedCommandSchema.parse(JSON.parse(json)).c),
    finish: (id) => {
      database.run("UPDATE commands SET step = 'done' WHERE id = ?", id)
    },
  }
}
