/** The limit on the keychain's answers. */
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../testing/fakes.ts'
import { withLimit } from './keychain.ts'
import { SecretStoreUnavailable } from './ports.ts'

describe('the keychain', () => {
  it('a call that waits for a prompt nobody sees ends in time', async () => {
    const clock = fakeClock()
    const outcome = withLimit(clock, 1_000, new Promise<string>(() => undefined)).catch((error: unknown) => error)
    await clock.advance(1_000)
    expect(await outcome).toBeInstanceOf(SecretStoreUnavailable)
    expect(clock.pending()).toBe(0)
  })

  it("the service's own words stay inside", async () => {
    const clock = fakeClock()
    const refused = withLimit(clock, 1_000, Promise.reject(new Error('secret text of the service')))
    await expect(refused).rejects.toThrow(new SecretStoreUnavailable('refused'))
    expect(clock.pending()).toBe(0)
  })

  it('an answer in time is the answer', async () => {
    const clock = fakeClock()
    expect(await withLimit(clock, 1_000, Promise.resolve('kek'))).toBe('kek')
    expect(clock.pending()).toBe(0)
  })
})
