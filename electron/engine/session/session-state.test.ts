/** The session's transitions and decisions. */
import { describe, expect, it } from 'vitest'
import {
  afterFailedSignIn,
  afterFailedUnlock,
  entryOf,
  meaningOf,
  nextSession,
  type SessionEvent,
  type SessionState,
  startOf,
  whyClosed,
} from './session-state.ts'

const person = { user: 'alice', name: 'Alice', address: 'alice@example.org', server: 'https://s' }
const closed: SessionState = { step: 'signedOut', server: '', user: '' }
const ready = nextSession(closed, { type: 'opened', person })
const locked = nextSession(ready, { type: 'locked', secret: 'password', reason: 'user', user: 'alice' })

describe('session steps', () => {
  it('opening shows the store at once, before the network answers', () => {
    expect(ready).toMatchObject({
      step: 'ready',
      connection: 'connecting',
      mail: 'connecting',
      address: person.address,
    })
  })

  it.each<SessionEvent>([
    { type: 'connectionChanged', connection: 'online' },
    { type: 'mailChanged', mail: 'online' },
    { type: 'sendingChanged', sendingOff: 'upgrade' },
    { type: 'standingTold', role: 'administrator', colleagues: 'proven' },
  ])('a late $type opens nothing', (event) => {
    expect(nextSession(locked, event)).toBe(locked)
    expect(nextSession(closed, event)).toBe(closed)
  })

  it('protocol 9: a revoked device locks, but what was never open stays as it is', () => {
    const revoked: SessionEvent = { type: 'locked', secret: 'password', reason: 'revoked', user: 'alice' }
    expect(nextSession(ready, revoked)).toMatchObject({ step: 'locked', reason: 'revoked' })
    expect(nextSession(closed, revoked)).toBe(closed)
  })

  it('says why a call cannot be answered', () => {
    expect(whyClosed(closed)).toBe('notSignedIn')
    expect(whyClosed(locked)).toBe('locked')
    expect(whyClosed({ ...closed, cause: 'keysMissing' })).toBe('keysMissing')
  })
})

const account = { server: 'https://s', user: 'alice' }

describe('what the start makes of the last run', () => {
  it.each([
    ['no account', { server: '', user: '', locked: false, stored: 'none' }, 'signedOut'],
    ['no store', { ...account, locked: true, stored: 'none' }, 'signedOut'],
    ['an open store', { ...account, locked: false, stored: 'keychain' }, 'open'],
    ['lost keys: opening says so', { ...account, locked: true, stored: 'keysMissing' }, 'open'],
  ] as const)('%s', (_what, left, step) => {
    expect(startOf(left)).toBe(step)
  })

  it.each([
    ['keychain', true, 'password', 'user'],
    ['passphrase', false, 'passphrase', 'start'],
    ['passphrase', true, 'passphrase', 'user'],
  ] as const)('%s, locked by the user: %s, asks for the %s', (stored, locked, secret, reason) => {
    expect(startOf({ ...account, locked, stored })).toEqual({ type: 'locked', secret, reason, user: 'alice' })
  })

  it('a store without a password or a record leads to the form, a waiting device to the wait', () => {
    expect(entryOf(undefined)).toBe('signedOut')
    expect(entryOf({ device: 'pending' })).toBe('signedOut')
    expect(entryOf({ device: 'pending', password: 'x' })).toBe('pending')
    expect(entryOf({ device: 'revoked', password: 'x' })).toBe('ready')
  })
})

describe('what a failure leaves', () => {
  it('a sign-in that failed closes what was shown, but not a lock', () => {
    expect(afterFailedSignIn(ready, 'authFailed', account)).toEqual({ type: 'closed', ...account })
    expect(afterFailedSignIn(locked, 'authFailed', account)).toBeUndefined()
    expect(afterFailedSignIn(locked, 'storeDamaged', account)).toMatchObject({ type: 'closed', cause: 'storeDamaged' })
  })

  it('the lock names its reason, unless the password was wrong or nothing is left to unlock', () => {
    expect(afterFailedUnlock(locked, 'authFailed', account)).toBeUndefined()
    expect(afterFailedUnlock(locked, 'unreachable', account)).toMatchObject({ type: 'locked', reason: 'online' })
    expect(afterFailedUnlock(locked, 'deviceRevoked', account)).toMatchObject({ type: 'locked', reason: 'revoked' })
    expect(afterFailedUnlock(locked, 'notSignedIn', account)).toEqual({ type: 'closed', ...account })
    expect(afterFailedUnlock(locked, 'diskFull', account)).toMatchObject({ type: 'closed', cause: 'diskFull' })
    expect(afterFailedUnlock(ready, 'unreachable', account)).toBeUndefined()
  })

  it.each([
    ['deviceRevoked', 'revoked'],
    ['devicePending', 'pending'],
    ['authFailed', 'signInAgain'],
    ['sessionExpired', 'signInAgain'],
    ['serverNewer', 'upgrade'],
    ['unreachable', 'offline'],
    ['internal', 'offline'],
  ] as const)('%s of the connection means %s', (failure, meaning) => {
    expect(meaningOf(failure)).toBe(meaning)
  })
})
