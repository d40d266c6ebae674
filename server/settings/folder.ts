/** The data folder: what lies where. */
import { join } from 'node:path'

/** Paths as they are to be opened; `store` is SQLite's file, which is not there where the store is in PostgreSQL. */
export type Folder = {
  readonly path: string
  readonly store: string
  readonly config: string
  readonly keys: string
  readonly tls: string
}

/** The places of the data folder at `path`; nothing is looked at. */
export function folderAt(path: string): Folder {
  return {
    path,
    store: join(path, 'kith.sqlite'),
    config: join(path, 'config.json'),
    keys: join(path, 'keys'),
    tls: join(path, 'tls'),
  }
}
