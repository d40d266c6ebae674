import { describe, expect, it } from 'vitest'
import { nextSession, type SessionEvent, type SessionState, whyClosed } from './session-state.ts'

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
    { type: 'roleChanged', role: 'administrator' },
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
