/** The record of the signed-in account. The passwords are here, in the encrypted store, and nowhere else. */
import { z } from 'zod'
import type { Database } from './open.ts'

/** `ca`: PEM of the authority that alone is trusted for this server; absent: the system's. */
const mailServerSchema = z.object({
  host: z.string(),
  port: z.number(),
  security: z.enum(['tls', 'starttls', 'none']),
  ca: z.string().optional(),
})

const accountSchema = z.object({
  /** Origin of the whitelist server. */
  server: z.string(),
  /** SHA-256 of its certificate where one is pinned, lower-case hex. */
  tlsPin: z.string().optional(),
  /** Fingerprint of the root keys, hex. */
  root: z.string(),
  /** As typed at sign in. */
  user: z.string(),
  usr: z.string(),
  lst: z.string(),
  name: z.string(),
  address: z.string(),
  mail: z.object({ imap: mailServerSchema, smtp: mailServerSchema, authserv: z.string().optional() }).optional(),
  /** Absent after signing out. */
  password: z.string().optional(),
  /** Of the mail servers, where it differs from the account's; absent after signing out. */
  mailPassword: z.string().optional(),
  /**
   * It is `pending` until an administrator approves the device. `revoked` was said by an unsigned fault, so nothing is
   * destroyed for it.
   */
  device: z.enum(['pending', 'active', 'revoked']),
  /**
   * The store is not shown before a fresh answer of the server: its lease was over (`lease`), or the administrator signed
   * a lock (`lock`).
   */
  held: z.enum(['lease', 'lock']).optional(),
  /** The manifest in force before there is a list: base64 of its bytes. */
  manifest: z.string(),
  /** Contact requests that waited when the server was asked last, by their ids. */
  waitingRequests: z.array(z.string()).optional(),
  /** Highest sequence number used in a request. */
  seq: z.number(),
})

/** The account as the engine keeps it; on the disk `userId` and `listId` have the names of the wire. */
export type AccountRecord = Omit<z.infer<typeof accountSchema>, 'usr' | 'lst'> & {
  /** As the server names the user and the list; empty before the first login. */
  readonly userId: string
  readonly listId: string
}

/** What a login needs while the store is closed (keys/online.ts). */
export const storedLoginSchema = accountSchema.pick({
  server: true,
  tlsPin: true,
  root: true,
  user: true,
  password: true,
  manifest: true,
})

/** The account's record as far as a login needs it. */
export type StoredLogin = z.infer<typeof storedLoginSchema>

/** The one account of a store. `change` and `forgetPassword` throw where there is none yet. */
export type AccountRepository = {
  readonly read: () => AccountRecord | undefined
  readonly write: (account: AccountRecord) => void
  readonly change: (change: Partial<AccountRecord>) => AccountRecord
  /** Drops the passwords, also where the disk is full. */
  readonly forgetPassword: () => void
}

/** The account's record in an open store; every change is one write. */
export function createAccountRepository(database: Database): AccountRepository {
  const read = (): AccountRecord | undefined => {
    const row = database.get<{ json: string }>('SELECT json FROM account')
    if (!row) return undefined
    const { usr, lst, ...account } = accountSchema.parse(JSON.parse(row.json))
    return { ...account, userId: usr, listId: lst }
  }
  const write = ({ userId, listId, ...account }: AccountRecord): void => {
    const stored = { ...account, usr: userId, lst: listId } satisfies z.infer<typeof accountSchema>
    database.run('INSERT OR REPLACE INTO account (id, json) VALUES (1, ?)', JSON.stringify(stored))
  }
  const mustRead = (): AccountRecord => {
    const account = read()
    if (!account) throw new Error('no account in this store')
    return account
  }
  return {
    read,
    write,
    change: (change) => {
      const next = { ...mustRead(), ...change }
      write(next)
      return next
    },
    forgetPassword: () => {
      const { password: _dropped, mailPassword: _too, ...rest } = mustRead()
      database.takeAway(() => write(rest))
    },
  }
}
