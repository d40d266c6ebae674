/**
 * What the session's verbs act on: the state, the account that is open, the profile. Verbs run one after another, so
 * that a lock can't overtake a sign-in.
 */
import type { Session } from '../../../../shared/session.ts'
import { createTurns, type InTurn } from '../../../../shared/turns.ts'
import type { AccountRuntime } from '../../account/account-runtime.ts'
import type { Emit, Ports, Undo } from '../../ground/ports.ts'
import { type AccountPlace, placeOf } from '../../keys/account-place.ts'
import type { MailService } from '../../mail/dependencies.ts'
import { parseServerAddress } from '../../soap/server-address.ts'
import { nextSession, type SessionEvent, type SessionState } from '../session-state.ts'
import { openProfileFile, type ProfileFile } from './profile-file.ts'

/** An account whose store is open. `mail` is there once the server has named the mail servers. */
export type Opened = { readonly runtime: AccountRuntime; mail?: RunningMail }

type RunningMail = {
  readonly service: MailService
  /** The servers that it was made for. */
  readonly servers: string
  running: boolean
  /** What beside the list decides about its messages, as it was told of last. */
  judging: string
}

/** The one session of an engine: what is open, what is shown, what the profile remembers. */
export type Stage = {
  readonly ports: Ports
  readonly emit: Emit
  readonly state: () => SessionState
  /** The state as the page sees it. */
  readonly session: () => Session
  readonly dispatch: (event: SessionEvent) => void
  readonly profile: ProfileFile
  readonly opened: () => Opened | undefined
  readonly setOpened: (opened: Opened | undefined) => void
  /** Keeps the undo of the one thing that the session waits for (an approval, a server); ends what it waited for before. */
  readonly waitFor: (undo: Undo) => void
  readonly stopWaiting: () => void
  /** Runs verbs one after another. */
  readonly inTurn: InTurn
  /** The same for what nobody waits for: a bug in it is logged. */
  readonly queue: (act: () => Promise<void>) => void
}

/** A stage with nothing open; the state is the profile's sign-in form. */
export function createStage(ports: Ports, emit: Emit): Stage {
  const profile = openProfileFile(ports.profile, ports.log)
  const { server, user } = profile.read()
  let state: SessionState = { step: 'signedOut', server, user }
  let opened: Opened | undefined
  let waiting: Undo = () => undefined
  const session = () => sessionOf(state, ports, profile.read().server)
  const inTurn = createTurns()
  return {
    ports,
    emit,
    state: () => state,
    session,
    dispatch: (event) => {
      const next = nextSession(state, event)
      // An event for a state that looks the same would only make the page draw again.
      if (JSON.stringify(next) === JSON.stringify(state)) return
      state = next
      ports.log.info('session', { step: state.step, event: event.type })
      emit('session.changed', session())
    },
    profile,
    opened: () => opened,
    setOpened: (next) => {
      opened = next
    },
    waitFor: (undo) => {
      waiting()
      waiting = undo
    },
    stopWaiting: () => waiting(),
    inTurn,
    queue: (act) => {
      inTurn(act).catch((error: unknown) => {
        ports.log.error('session bug', { error: error instanceof Error ? error.name : typeof error })
      })
    },
  }
}

/** The demo is offered until another server is used. `server`: of the account that the profile names. */
function sessionOf(state: SessionState, { demo }: Ports, server: string): Session {
  const isDemo = demo !== undefined && server === parseServerAddress(demo.server)?.origin
  if (isDemo && (state.step === 'ready' || (state.step === 'locked' && state.secret === 'password'))) {
    const account = demo.accounts.find(({ user }) => user === state.user)
    return account ? { ...state, demo: { name: account.name, password: account.password } } : state
  }
  if (state.step === 'pending') {
    const { user, deviceWords, serverWords } = state
    return { step: 'pending', user, deviceWords, serverWords }
  }
  if (state.step === 'signedOut') {
    const offered = demo && (state.server === '' || state.server === parseServerAddress(demo.server)?.origin)
    return { ...state, ...(offered ? { demo } : {}) }
  }
  return state
}

/** Where the account that the profile names has its things; undefined where it names none. */
export function namedPlace({ ports, profile }: Stage): AccountPlace | undefined {
  const { account } = profile.read()
  return account === '' ? undefined : placeOf(ports.profile, account)
}
