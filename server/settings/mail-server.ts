/** A mail server as the settings name it, with the certificate that its file holds. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MailServer } from '../../shared/whitelist/login.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'

type Named = Extract<Config['mail'], { kind: 'external' }>['imap']

/** Reads `ca`, whose name is relative to the data folder. */
export async function mailServerOf({ folder }: Pick<Context, 'folder'>, { ca, ...server }: Named): Promise<MailServer> {
  return ca === undefined ? server : { ...server, ca: await readFile(resolve(folder.path, ca), 'utf8') }
}
