/**
 * One door for every kind of source: read once, or kept in step for as long as it is watched. Each kind has a folder
 * that reads it into the shape of `contact.ts`; `reconcile.ts` then compares that with a list, and `wishes.ts` makes
 * wishes of the difference.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ok } from '../../shared/failures.ts'
import { assertNever } from '../../shared/rpc.ts'
import { failedImport, faultOfRow, type ImportResult } from './contact.ts'
import { readCsv } from './csv/read.ts'
import { readLdap } from './ldap/read.ts'
import { readWhole, type Surroundings } from './places.ts'
import type { ImportSource, LdapSource, XmppSource } from './source.ts'
import { readVCards } from './vcard/read.ts'
import { readXmpp, watchXmpp } from './xmpp/read.ts'

/** Every contact of the source, or why there are none to be had. Changes nothing anywhere. */
export async function readSource(source: ImportSource, surroundings: Surroundings): Promise<ImportResult> {
  return settled(await readKind(source, surroundings), source)
}

function readKind(source: ImportSource, surroundings: Surroundings): Promise<ImportResult> {
  const { unicode } = surroundings
  switch (source.kind) {
    case 'csv':
      return readFileWith((bytes) => readCsv(bytes, { ...source, unicode }), source.file, surroundings)
    case 'vcard':
      return readFileWith((bytes) => readVCards(bytes, { ...source, unicode }), source.file, surroundings)
    case 'xmpp':
      return readXmpp(source, surroundings)
    case 'ldap':
      return readLdap(source, surroundings)
    default:
      return assertNever(source)
  }
}

type Parse = (bytes: Uint8Array) => ImportResult

async function readFileWith(parse: Parse, name: string, surroundings: Surroundings): Promise<ImportResult> {
  const bytes = await readWhole(name, surroundings)
  return bytes.ok ? parse(bytes.value) : failedImport(bytes.why, { where: name })
}

/** As the source's settings have it: what a contact is where it does not say so itself, and whether any row may be bad. */
function settled(result: ImportResult, { scope, strict }: ImportSource): ImportResult {
  if (!result.ok) return result
  const { value } = result
  if (strict && value.left?.length) return { ok: false, fault: value.left.map(faultOfRow) }
  if (scope === undefined) return result
  return ok({ ...value, contacts: value.contacts.map((contact) => ({ ...contact, scope: contact.scope ?? scope })) })
}

/** `ended` settles when nothing more will be told: the store may be closed then. */
export type SourceWatch = { readonly close: () => void; readonly ended: Promise<void> }

type WatchPowers = {
  /** 0 to 1. */
  readonly random: () => number
  /** Rejects when the signal is given. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<unknown>
}

const realPowers: WatchPowers = {
  random: () => Math.random(),
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
}

/** After a connection broke: first and longest pause before the next, in milliseconds. */
const firstPause = 5_000
const longestPause = 15 * 60_000

/** Tells what the source holds at once and again: a roster whenever it changes, a directory at its interval; faults too. */
export function watchSource(
  source: LdapSource | XmppSource,
  surroundings: Surroundings,
  tell: (result: ImportResult) => void,
  powers = realPowers,
): SourceWatch {
  const stop = new AbortController()
  const told = (result: ImportResult): boolean => {
    if (!stop.signal.aborted) tell(settled(result, source))
    return result.ok
  }
  const run = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted;) {
      const well =
        source.kind === 'ldap'
          ? told(await readLdap(source, surroundings))
          : await followRoster(source, surroundings, { told, signal: stop.signal })
      // Pauses double: a server that is down for a night is not asked every five seconds.
      failures = well ? 0 : failures + 1
      const broken = Math.min(longestPause, firstPause * 2 ** Math.min(failures, 20))
      const ms = source.kind === 'ldap' ? source.every * 1_000 : broken
      // A tenth more or less, so that many servers do not ask one directory in the same moment.
      await powers.pause(ms * (0.9 + 0.2 * powers.random()), stop.signal).catch(ignoreAbort)
    }
  }
  return { close: () => stop.abort(), ended: run() }
}

type Telling = { readonly told: (result: ImportResult) => boolean; readonly signal: AbortSignal }

/** Until the connection breaks or the watch is closed. True where it was well for a while. */
async function followRoster(source: XmppSource, surroundings: Surroundings, telling: Telling): Promise<boolean> {
  let well = false
  const watch = await watchXmpp(source, surroundings, (result) => {
    well = true
    telling.told(result)
  })
  telling.signal.addEventListener('abort', watch.close, { once: true })
  if (telling.signal.aborted) watch.close()
  const why = await watch.ended
  telling.signal.removeEventListener('abort', watch.close)
  if (why !== undefined) telling.told(failedImport(why, { where: source.jid }))
  return well
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}
