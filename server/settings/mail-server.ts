/** A mail server as the settings name it, with the certificate that its file holds. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { MailServer } from '../../shared/whitelist/login.ts'
import type { Config } from './config.ts'
import type { Context } from './context.ts'

type Named = Extract<Config['mail'], { kind: 'external' }>['imap']

/** Why the mail servers of the settings cannot be named to clients: a `ca` that is no certificate, or not there. */
export async function faultOfMailServers({
  config,
  folder,
}: Pick<Context, 'config' | 'folder'>): Promise<string | undefined> {
  const { mail } = config
  if (mail.kind === 'embedded') return undefined
  for (const name of ['imap', 'smtp'] as const) {
    const { ca } = mail[name]
    if (ca === undefined) continue
    const file = resolve(folder.path, ca)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) return `mail.${name}.ca: cannot read ${file}`
    if (!isCertificate(text)) return `mail.${name}.ca: ${file} holds no certificate (PEM)`
  }
  return undefined
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

/** Reads `ca`, whose name is relative to the data folder. */
export async function mailServerOf({ folder }: Pick<Context, 'folder'>, { ca, ...server }: Named): Promise<MailServer> {
  return ca === undefined ? server : { ...server, ca: await readFile(resolve(folder.path, ca), 'utf8') }
}
