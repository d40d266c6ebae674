/** The store's migrations, one list of statements each. Later versions append; nothing here changes once shipped. */
import { recordsSchema } from '../database/schema.ts'
import { mailSchema } from '../mail/schema.ts'

/** Every migration, as `openDatabase` takes them. */
export const migrations: readonly (readonly string[])[] = [[...recordsSchema, ...mailSchema]]
