/** What does not work with the mailbox at the moment, told when it changes; and when what failed is tried again. */
import type { MailTrouble } from '../../../../shared/session.ts'
import { nextPause } from '../../ground/back-off.ts'
import { StoreError } from '../../ground/store-error.ts'
import type { MailDependencies } from '../dependencies.ts'
import { ReaderClosed } from '../incoming/reader.ts'
import { soonBackoff, stepBackoff } from '../limits.ts'
import { ImapError } from './mail-session.ts'

/** Kept over connections: what a server refuses it refuses after the next login, too. */
export type Troubles = {
  /** What does not work at this place, or that it works (again). */
  tell(place: string, trouble: MailTrouble | undefined): void
  /** Nothing is tried any more, so nothing is known to fail. */
  clear(): void
}

/** No troubles yet. */
export function createTroubles({ troublesChanged }: Pick<MailDependencies, 'troublesChanged'>): Troubles {
  const places = new Map<string, MailTrouble>()
  let told = ''
  const announce = (): void => {
    const now = [...new Set(places.values())].sort()
    if (now.join() === told) return
    told = now.join()
    troublesChanged(now)
  }
  return {
    tell(place, trouble) {
      if (trouble === undefined) places.delete(place)
      else places.set(place, trouble)
      announce()
    },
    clear() {
      places.clear()
      announce()
    },
  }
}

type Pause = { readonly length: number; readonly until: number }

/** Steps that stand alone. */
export type Steps = {
  /**
   * Does a step unless it has to wait. What the server refuses in it, what the store fails at and what is a bug is told
   * and logged, and no other step suffers for it; only a lost connection is thrown on. `trouble`: what a refusal is told as. Whether
   * it was done.
   */
  run(step: string, trouble: MailTrouble, act: () => Promise<void>): Promise<boolean>
  /** Milliseconds until a step wants to be tried again; undefined where none waits. */
  nextTry(): number | undefined
}

/** The steps of one mailbox; their pauses outlive its connections. */
export function createSteps({ clock, log, random }: MailDependencies, troubles: Troubles): Steps {
  const pauses = new Map<string, Pause>()
  const postpone = (step: string, backoff: typeof soonBackoff | typeof stepBackoff): void => {
    const length = nextPause(backoff, pauses.get(step)?.length ?? 0, random)
    pauses.set(step, { length, until: clock.now() + length })
  }
  return {
    async run(step, trouble, act) {
      if ((pauses.get(step)?.until ?? 0) > clock.now()) return false
      try {
        await act()
        pauses.delete(step)
        troubles.tell(step, undefined)
        return true
      } catch (error) {
        if (error instanceof ReaderClosed || (error instanceof ImapError && error.kind !== 'refused')) throw error
        // The inbox, and the own store, are what everything else is for: they never wait long.
        const isUrgent = trouble === 'inbox' || !(error instanceof ImapError)
        postpone(step, isUrgent ? soonBackoff : stepBackoff)
        troubles.tell(step, troubleOf(error, trouble))
        const facts = { step, name: error instanceof Error ? error.name : typeof error }
        if (error instanceof ImapError) log.warn('mailbox.refused', { ...facts, code: error.code })
        else log.error('mailbox.failed', { ...facts, code: error instanceof StoreError ? error.code : '' })
        return false
      }
    },
    nextTry() {
      const waits = [...pauses.values()].map(({ until }) => until - clock.now()).filter((wait) => wait > 0)
      return waits.length === 0 ? undefined : Math.min(...waits)
    },
  }
}

function troubleOf(error: unknown, trouble: MailTrouble): MailTrouble {
  if (error instanceof StoreError) return error.kind
  if (!(error instanceof ImapError)) return 'internal'
  return error.code === 'OVERQUOTA' ? 'quota' : trouble
}
