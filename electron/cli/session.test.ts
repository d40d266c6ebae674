import { beforeEach, describe, expect, test } from 'vitest'
import { fail, ok } from '../../shared/rpc.ts'
import { createScriptedKith, locked, ready, type Script } from './testing/script-kith.ts'

let script: Script
beforeEach(() => {
  script = createScriptedKith()
})

describe('login', () => {
  const words = ['login', '--server', 'kith.corp.test', '--user', 'alice']

  test('takes the password from standard input and says who is signed in', async () => {
    script.answers['session.signIn'] = () => ok(ready)
    const { code, out } = await script.run(words, 'pw-123\n')
    expect({ code, out }).toEqual({ code: 0, out: 'Signed in as Alice Chen <alice@corp.test>.\n' })
    expect(script.inputOf('session.signIn')).toEqual({ server: 'kith.corp.test', user: 'alice', password: 'pw-123' })
    expect(script.closed).toBe(1)
  })

  const code = 'kith1:eyJvcmciOiJvbmUtdGltZSJ9'

  test('takes an enrolment code from the first line and the password from the second', async () => {
    script.answers['session.signIn'] = () => ok(ready)
    const { code: exit } = await script.run(['login', '--user', 'alice'], `${code}\npw-123\n`)
    expect(exit).toBe(0)
    expect(script.inputOf('session.signIn')).toEqual({ server: code, user: 'alice', password: 'pw-123' })
  })

  test.each([['--server', code], ['--server', ` ${code}`], [code]])(
    'refuses an enrolment code among the arguments, and says why and how: %j %j',
    async (...given) => {
      const { code: exit, out, error } = await script.run(['login', '--user', 'alice', ...given], 'pw-123\n')
      expect(exit).toBe(2)
      expect(error).toContain('does not belong on the command line')
      expect(error).toContain('first line of standard input')
      expect(out + error).not.toContain(code)
      expect(script.calls).toEqual([])
    },
  )

  test('says what is needed when there is neither server nor code', async () => {
    const { code: exit, error } = await script.run(['login', '--user', 'alice'])
    expect([exit, error]).toEqual([2, expect.stringContaining('--server')])
    expect(script.calls).toEqual([])
  })

  test('takes the passphrase from the second line', async () => {
    script.answers['session.signIn'] = () => ok(ready)
    await script.run([...words, '--passphrase-stdin'], 'pw-123\nlong passphrase\n')
    expect(script.inputOf('session.signIn')).toMatchObject({ password: 'pw-123', passphrase: 'long passphrase' })
  })

  test.each([
    ['authFailed', undefined, 'wrong name or password'],
    ['tooManyAttempts', { retryAfter: 83_000 }, 'try again in 1:23'],
    ['certificateUntrusted', { issuer: 'CN=Evil\u001b[2J', fingerprint: 'AA:BB' }, 'issuer: CN=Evil\ufffd[2J'],
    ['unreachable', undefined, 'not reachable'],
  ] as const)('says why it failed: %s', async (kind, detail, text) => {
    script.answers['session.signIn'] = () => fail(kind, detail)
    const { code, error } = await script.run(words, 'pw-123\n')
    expect(code).toBe(1)
    expect(error).toContain(text)
    expect(error).not.toContain('pw-123')
  })

  test('of a device that waits for approval fails with both fingerprints', async () => {
    script.answers['session.signIn'] = () =>
      ok({ step: 'pending', user: 'alice', deviceWords: '11111', serverWords: '22222' })
    const { code, error } = await script.run(words, 'pw-123\n')
    expect(code).toBe(1)
    expect(error).toContain('11111')
    expect(error).toContain('22222')
  })

  test.each([
    [['login']],
    [['login', '--server', 'x']],
    [['login', '--server']],
    [[...words, 'more']],
    [['nonsense']],
    [[...words, '--password', 'pw']],
  ])('%j is wrong usage, and there is no option for a password', async (wrong) => {
    expect((await script.run(wrong, 'pw\n')).code).toBe(2)
    expect(script.calls).toEqual([])
  })
})

describe('a locked store', () => {
  beforeEach(() => {
    script.answers['session.state'] = () => ok(locked)
    script.answers['contacts.refresh'] = () => ok({ added: 2, changed: 1, removed: 0, version: 42 })
  })

  test('is unlocked with the passphrase of standard input', async () => {
    script.answers['session.unlock'] = () => ok(ready)
    const { code, out } = await script.run(['refresh', '--passphrase-stdin'], 'long passphrase\n')
    expect(script.inputOf('session.unlock')).toEqual({ secret: 'long passphrase' })
    expect({ code, out }).toEqual({ code: 0, out: '2 added, 1 changed, 0 removed (version 42).\n' })
  })

  test('stays locked without it', async () => {
    const { code, error } = await script.run(['refresh'])
    expect(code).toBe(1)
    expect(error).toContain('--passphrase-stdin')
    expect(script.calls.map(({ name }) => name)).toEqual(['session.state'])
  })

  test('and a wrong passphrase does nothing more', async () => {
    script.answers['session.unlock'] = () => fail('passphraseWrong')
    const { code, error } = await script.run(['refresh', '--passphrase-stdin'], 'wrong\n')
    expect({ code, error }).toEqual({ code: 1, error: 'kith: wrong passphrase\n' })
    expect(script.calls.map(({ name }) => name)).not.toContain('contacts.refresh')
  })
})

test('a profile that another Kith holds is named as such', async () => {
  script.answers['session.state'] = () => fail('profileInUse')
  const { code, error } = await script.run(['contacts'])
  expect(code).toBe(1)
  expect(error).toContain('another Kith')
})

test('status tells how secrets are kept, also when nobody is signed in', async () => {
  script.answers['session.state'] = () => ok({ step: 'signedOut', server: '', user: '' })
  script.answers['session.protection'] = () => ok({ kind: 'none', keychainAvailable: true })
  const { code, out } = await script.run(['status'])
  expect(code).toBe(0)
  expect(out).toBe('Session  signed out\nSecrets  none kept yet\n')
})
