import { act, fireEvent, screen } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { settle } from '../../testing/fake-clock.ts'
import { readySession, signedOutSession } from '../../testing/fake-session.ts'
import { renderPage } from '../../testing/render-page.tsx'

let end: () => void = () => undefined
afterEach(() => end())

async function open(options: Parameters<typeof renderPage>[0]) {
  const page = await renderPage(options)
  end = page.end
  return page
}

async function fill(password: string) {
  fireEvent.change(screen.getByLabelText('Server'), { target: { value: 'mail.kith.test' } })
  fireEvent.change(screen.getByLabelText('User name'), { target: { value: 'alice' } })
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: password } })
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
  await act(settle)
}

describe('signing in', () => {
  test('a wrong password is told in plain words, a right one opens the main window', async () => {
    await open({ session: signedOutSession })
    await fill('wrong')
    expect(screen.getByRole('alert').textContent).toMatch(/wrong name or password/i)
    await fill('right')
    expect(screen.getByRole('navigation', { name: 'Main' })).toBeDefined()
  })

  test('the focus begins in the first empty field, and typing does not move it', async () => {
    await open({ session: signedOutSession })
    const server = screen.getByLabelText('Server')
    expect(document.activeElement).toBe(server)
    fireEvent.change(server, { target: { value: 'm' } })
    expect(document.activeElement).toBe(server)
  })

  test('too many attempts count down', async () => {
    const { state } = await open({ session: signedOutSession })
    state.failures.set('session.signIn', { kind: 'tooManyAttempts', detail: { retryAfter: 90_000 } })
    await fill('right')
    expect(screen.getByRole('alert').textContent).toMatch(/^Too many attempts. Try again in 1:30$/)
  })

  test.each([
    ['tooManyAttempts', 'unknownDevice', /devices that this account does not know. Try again in 0:30.*enrolment code/],
    ['busy', undefined, /^Too many people are signing in at once. Try again in 0:30$/],
    ['passwordsUnchecked', undefined, /mail server.*Nothing is wrong with your password. Try again in 0:30$/],
  ] as const)('%s %s says why, for how long, and what else to do', async (kind, reason, words) => {
    const { state } = await open({ session: signedOutSession })
    const detail = { retryAfter: 30_000, ...(reason === undefined ? {} : { reason }) }
    state.failures.set('session.signIn', { kind, detail })
    await fill('right')
    expect(screen.getByRole('alert').textContent).toMatch(words)
  })

  test('an untrusted certificate is shown with issuer and fingerprint', async () => {
    const { state } = await open({ session: signedOutSession })
    const detail = { issuer: 'CN=Nobody', fingerprint: 'AB:CD' }
    state.failures.set('session.signIn', { kind: 'certificateUntrusted', detail })
    await fill('right')
    expect(screen.getByRole('alert').textContent).toMatch(/certificate.*CN=Nobody.*AB:CD/s)
  })

  test('without a keychain a passphrase is asked for and sent', async () => {
    const { state } = await open({ session: signedOutSession })
    state.failures.set('session.signIn', { kind: 'passphraseNeeded' })
    await fill('right')
    fireEvent.change(screen.getByLabelText('Passphrase'), { target: { value: 'correct horse' } })
    fireEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    await act(settle)
    expect(state.calls.filter(({ name }) => name === 'session.signIn').at(-1)?.input).toMatchObject({
      passphrase: 'correct horse',
    })
  })

  test('a demo account signs in with one press', async () => {
    const { state } = await open({ session: signedOutSession })
    fireEvent.click(screen.getByRole('button', { name: /Bob Lin/ }))
    await act(settle)
    expect(state.calls.find(({ name }) => name === 'session.signIn')?.input).toEqual({
      server: 'https://127.0.0.1:8443',
      user: 'bob',
      password: 'demo-bob',
    })
  })

  test('why the store stayed closed is said before the first try', async () => {
    await open({ session: { step: 'signedOut', server: 's', user: 'alice', cause: 'keychainUnavailable' } })
    expect(screen.getByRole('alert').textContent).toMatch(/keychain/i)
  })

  test('a waiting device shows both numbers to compare', async () => {
    await open({ session: { step: 'pending', user: 'alice', deviceWords: '11111 22222', serverWords: '33333 44444' } })
    expect(screen.getByRole('alert').textContent).toMatch(/waits for approval/i)
    expect(screen.getByText('11111 22222')).toBeDefined()
    expect(screen.getByText('33333 44444')).toBeDefined()
  })

  test('a locked store opens with the secret, and says so when it is wrong', async () => {
    await open({ session: { step: 'locked', secret: 'passphrase', reason: 'start', user: 'alice' } })
    expect(screen.getByText(/passphrase that you chose on this device, not the password/)).toBeDefined()
    const unlock = async (secret: string) => {
      fireEvent.change(screen.getByLabelText('Passphrase'), { target: { value: secret } })
      fireEvent.click(screen.getByRole('button', { name: 'Unlock' }))
      await act(settle)
    }
    await unlock('wrong')
    expect(screen.getByRole('alert').textContent).toMatch(/wrong passphrase/i)
    await unlock('right')
    expect(screen.queryByRole('navigation')).not.toBeNull()
  })

  test('a demo account, whose password nobody typed, is unlocked with one press', async () => {
    const demo = { name: 'Alice Chen', password: 'right' }
    await open({ session: { step: 'locked', secret: 'password', reason: 'user', user: 'alice', demo } })
    expect(screen.getByText(/password of the demo account Alice Chen: right/)).toBeDefined()
    fireEvent.click(screen.getByRole('button', { name: /Alice Chen/ }))
    await act(settle)
    expect(screen.queryByRole('navigation')).not.toBeNull()
  })

  test('a keychain that is locked is told as that, and a passphrase is offered as the way out', async () => {
    const { state } = await open({ session: signedOutSession })
    state.failures.set('session.signIn', { kind: 'passphraseNeeded', detail: { reason: 'keychainLocked' } })
    await fill('right')
    expect(screen.getByRole('alert').textContent).toMatch(/locked.*nothing was sent.*unlock it.*passphrase/i)
    expect(screen.getByLabelText('Passphrase')).toBeDefined()
  })

  test('the session’s end leads back to the form', async () => {
    const { state } = await open({ session: readySession })
    act(() => state.emit('session.changed', signedOutSession))
    expect(screen.getByRole('button', { name: 'Sign in' })).toBeDefined()
  })
})
