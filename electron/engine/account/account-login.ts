/** What a successful login leaves behind: who the user is, which list is theirs, where their mail is. */
import { isDeepStrictEqual } from 'node:util'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { fromBase64, toBase64 } from '../../../shared/whitelist/bytes/encoding.ts'
import type { MailServers, SessionAnswer } from '../../../shared/whitelist/login.ts'
import {
  decodeManifest,
  encodeManifest,
  rootFingerprint,
  type SignedManifest,
} from '../../../shared/whitelist/manifest.ts'
import { emptyState } from '../../../shared/whitelist/sync/list-state.ts'
import type { AccountRecord } from '../database/account-repository.ts'
import type { Log, Ports } from '../ground/ports.ts'
import { isDiskRefusal, writeIfPossible } from '../ground/store-error.ts'
import type { Identity } from '../keys/identity.ts'
import { primitives } from '../keys/primitives.ts'
import { passwordVerifier } from '../keys/stretch.ts'
import type { Target } from '../link/target.ts'
import type { ListKeeper } from '../whitelist/list-keeper.ts'
import type { AccountStore } from './account-store.ts'

/** The record of an account before the server has told anything of it. */
export function newRecord(
  target: Target,
  { user, password }: { readonly user: string; readonly password: string },
  { manifest, seq }: { readonly manifest: SignedManifest; readonly seq: number },
): AccountRecord {
  return {
    server: target.address.origin,
    ...(target.tlsPin === undefined ? {} : { tlsPin: target.tlsPin }),
    root: rootFingerprint(primitives, manifest.m),
    user,
    password,
    // Empty texts and `pending` stand until the first login that succeeds tells the real ones.
    userId: '',
    listId: '',
    name: '',
    address: '',
    device: 'pending',
    manifest: toBase64(encodeManifest(manifest)),
    seq,
  }
}

/** The manifest that a record keeps; `undefined` where its bytes are none. */
export function manifestOf(record: Pick<AccountRecord, 'manifest'>): SignedManifest | undefined {
  const bytes = fromBase64(record.manifest)
  return bytes ? decodeManifest(bytes) : undefined
}

/** Connects the device's identity with its store: from now on the manifest and the request number are kept. */
export function bindIdentity(identity: Identity, store: AccountStore, keeper: ListKeeper, log: Log): void {
  identity.bind({
    keys: () => store.vault.keys,
    // Until there is a list, the account's record is the only place for the manifest.
    manifest: () => keeper.state()?.manifest ?? recordedManifest(store),
    setManifest: (manifest) => {
      writeIfPossible(log, 'manifest', () => {
        store.account.change({ manifest: toBase64(encodeManifest(manifest)) })
        keeper.setManifest(manifest)
      })
    },
    userId: () => keeper.state()?.usr ?? store.account.read()?.userId ?? '',
    seq: () => store.account.read()?.seq ?? 0,
    setSeq: (seq) => {
      // The last acknowledgement of a wipe is sent when the store is gone already.
      if (!store.database.isOpen) return
      // A number that could not be kept is used all the same, or no command would reach a device whose disk is full. The
      // next run begins at the clock, which is ahead of it; where it is not, the server refuses and the next one is tried.
      writeIfPossible(log, 'seq', () => void store.account.change({ seq }))
    },
  })
}

function recordedManifest(store: AccountStore): SignedManifest | undefined {
  const record = store.account.read()
  return record && manifestOf(record)
}

/**
 * Takes over a login's answer, in one transaction. Where the disk refuses, a device that was active before goes on with
 * what its record says. An answer that names another user or list than this store holds is
 * not taken: a server that shows two lists under one name looks just like that from here. Failure: untrustedServer.
 */
export function takeLogin(
  store: AccountStore,
  keeper: ListKeeper,
  {
    answer,
    password,
    identity,
  }: { readonly answer: SessionAnswer; readonly password: string; readonly identity: Identity },
): Result<AccountRecord, 'untrustedServer'> {
  const { usr, lst, name, address, mail } = answer
  const manifest = identity.manifest()
  // Whoever answers may be another server under the same name: identity is compared before a byte is written.
  const list = keeper.state()
  if (!manifest || (list && (list.usr !== usr || list.lst !== lst))) return fail('untrustedServer')
  const take = () =>
    store.database.transaction(() => {
      // The empty list and the account appear together: a list without its account, or the reverse, could not be opened.
      if (!list) keeper.begin(emptyState({ org: manifest.m.org, usr, dev: answer.dev, lst }, manifest))
      return store.account.change({
        userId: usr,
        listId: lst,
        name,
        address,
        password,
        mail,
        device: 'active',
      })
    })
  try {
    return ok(take())
  } catch (error) {
    const record = store.account.read()
    if (!isDiskRefusal(error) || !list || record?.device !== 'active') throw error
    return ok(record)
  }
}

/**
 * Takes over where the mail is by the server's word of now; true where that moved. What named the servers before, such as
 * `authserv`, is gone with it.
 */
export function takeMailServers({ account }: AccountStore, log: Log, mail: MailServers): boolean {
  const record = account.read()
  if (!record || isDeepStrictEqual(record.mail, mail)) return false
  return writeIfPossible(log, 'mail servers', () => void account.change({ mail }))
}

/** Keeps the password's verifier beside the keys: unlocking must work without the server. */
export async function keepVerifier(ports: Ports, store: AccountStore, password: string): Promise<void> {
  // In passphrase mode the passphrase itself unlocks, so there is nothing to verify.
  if (store.vault.protection !== 'keychain') return
  const verifier = await passwordVerifier(password, ports.random)
  // The keys are read only after the hashing: they may have been replaced meanwhile, or the store wiped.
  if (store.database.isOpen)
    writeIfPossible(ports.log, 'verifier', () => store.vault.replaceKeys({ ...store.vault.keys, verifier }))
}
