/**
 * The system's keychain: the only file that imports keytar. Keytar answers on the bus of the desktop session: it can
 * wait for a prompt that nobody sees, and its native part does not load without libsecret. Both become
 * `SecretStoreUnavailable`, never a crash and never a weaker place.
 */
import { type Clock, type SecretStore, SecretStoreUnavailable, type Undo } from './ports.ts'

/** Longest wait for one answer of the keychain, in milliseconds: long enough for a person to type into its prompt. */
const answerLimit = 20_000
/** Longest wait when only asking whether the keychain answers at all. */
const probeLimit = 4_000
/** An item that never exists: reading it shows whether the keychain answers without touching a secret. */
const probeName = 'kith-probe'

/** The part of keytar that is used; by hand, since its own types say nothing of `default`. */
type Keytar = {
  readonly getPassword: (service: string, account: string) => Promise<string | null>
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>
  readonly deletePassword: (service: string, account: string) => Promise<boolean>
}

/** The system's keychain. `service` is the name under which it shows our items to the user. */
export function createKeytarStore(service: string, clock: Pick<Clock, 'after'>): SecretStore {
  let loading: Promise<Keytar> | undefined
  const use = async <T>(limit: number, act: (keytar: Keytar) => Promise<T>): Promise<T> => {
    // Loaded once: an import that has failed fails the same way again.
    loading ??= loadKeytar()
    const keytar = await loading
    return withLimit(clock, limit, act(keytar))
  }
  return {
    available: async () => {
      try {
        await use(probeLimit, (keytar) => keytar.getPassword(service, probeName))
        return true
      } catch {
        return false
      }
    },
    get: async (name) => (await use(answerLimit, (keytar) => keytar.getPassword(service, name))) ?? undefined,
    set: (name, value) => use(answerLimit, (keytar) => keytar.setPassword(service, name, value)),
    delete: async (name) => {
      await use(answerLimit, (keytar) => keytar.deletePassword(service, name))
    },
  }
}

/** Loaded when first asked for: without libsecret the import itself fails. */
async function loadKeytar(): Promise<Keytar> {
  try {
    const module = await import('keytar')
    return 'default' in module && isKeytar(module.default) ? module.default : module
  } catch {
    throw new SecretStoreUnavailable('keytar does not load')
  }
}

function isKeytar(value: unknown): value is Keytar {
  return typeof value === 'object' && value !== null && 'getPassword' in value
}

/** Keytar's errors carry the text of the desktop's service; only the fact leaves this file. */
export function withLimit<T>(clock: Pick<Clock, 'after'>, limit: number, answer: Promise<T>): Promise<T> {
  let undo: Undo = () => undefined
  const late = new Promise<never>((_resolve, reject) => {
    undo = clock.after(limit, () => reject(new SecretStoreUnavailable('no answer in time')))
  })
  const refused = answer.catch(() => {
    throw new SecretStoreUnavailable('refused')
  })
  return Promise.race([refused, late]).finally(undo)
}
