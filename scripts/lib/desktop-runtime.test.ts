import { describe, expect, test } from 'vitest'
import { findRuntime, reasonOfEnd, type Surroundings } from './desktop-runtime.ts'

const screen: Surroundings = {
  platform: 'linux',
  uid: 1000,
  environment: { DISPLAY: ':0' },
  find: () => '/opt/electron/electron',
}

describe('the desktop is shown where it can be', () => {
  test.each<[string, Partial<Surroundings>]>([
    ['with X11', {}],
    ['with Wayland', { environment: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['on macOS, which has no DISPLAY', { platform: 'darwin', environment: {}, uid: 501 }],
  ])('%s', (_, change) => {
    expect(findRuntime({ ...screen, ...change })).toEqual({ path: '/opt/electron/electron', words: [] })
  })

  test('the sandbox is left out only where a test says so', () => {
    const environment = { DISPLAY: ':9', KITH_TEST_NO_SANDBOX: '1' }
    expect(findRuntime({ ...screen, uid: 0, environment })).toEqual({
      path: '/opt/electron/electron',
      words: ['--no-sandbox'],
    })
  })
})

describe('otherwise one line says why not', () => {
  test.each<[string, Partial<Surroundings>, RegExp]>([
    ['no screen', { environment: {} }, /DISPLAY/],
    ['root', { uid: 0 }, /root/],
    ['no runtime', { find: () => undefined }, /Electron/],
  ])('%s', (_, change, words) => {
    const runtime = findRuntime({ ...screen, ...change })
    expect('reason' in runtime && runtime.reason).toMatch(words)
  })

  test.each([
    ['electron: error while loading shared libraries: libnss3.so: cannot open shared object file', /libnss3\.so/],
    ['[1:FATAL:zygote_host] No usable sandbox! Update your kernel', /sandbox/],
    ['ERROR:ozone_platform_x11.cc Missing X server or $DISPLAY', /screen/],
  ])('%s', (printed, words) => {
    expect(reasonOfEnd(printed)).toMatch(words)
  })

  test('any other end is no reason to open the browser', () => {
    expect(reasonOfEnd('TypeError: x is not a function')).toBeUndefined()
  })
})
