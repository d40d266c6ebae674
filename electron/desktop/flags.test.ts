import path from 'node:path'
import { expect, test } from 'vitest'
import { readFlags, refusedFlag } from './flags.ts'

test('flags are found among others', () => {
  const words = ['electron', '--no-sandbox', '.', '--profile=/tmp/p', '--place=left', '--lang=en-US']
  expect(readFlags(words, { KITH_DEMO: '/tmp/demo.json' })).toEqual({
    profile: '/tmp/p',
    demo: '/tmp/demo.json',
    place: 'left',
    loopback: 'refused',
  })
})

test('a relative folder is taken from the working folder, and the flag wins over the environment', () => {
  expect(readFlags(['--profile=p', '--demo=d.json'], { KITH_DEMO: '/other' })).toEqual({
    profile: path.resolve('p'),
    demo: path.resolve('d.json'),
    loopback: 'refused',
  })
})

test('nothing, an empty value or an unknown place is no flag', () => {
  expect(readFlags(['--profile=', '--place=top', '--profile'], {})).toEqual({ loopback: 'refused' })
})

test('a server on this machine is allowed by its own flag alone', () => {
  expect(readFlags(['--insecure-loopback'], {}).loopback).toBe('allowed')
  expect(readFlags(['--insecure-loopback=no'], {}).loopback).toBe('refused')
})

test.each([
  '--remote-debugging-port=9222',
  '--remote-debugging-pipe',
  '--remote-debugging-address=0.0.0.0',
  '-remote-debugging-port=9222',
  '--remote-allow-origins=*',
  '--inspect',
  '--inspect-brk=0.0.0.0:9229',
  '--no-sandbox',
  '--disable-web-security',
  '--ignore-certificate-errors',
  '--proxy-server=evil.example:1',
  '--host-resolver-rules=',
  '--renderer-cmd-prefix=/tmp/x',
  '--utility-cmd-prefix=/tmp/x',
  '--gpu-launcher=/tmp/x',
  '--load-extension=/tmp/x',
  '--user-data-dir=/tmp/x',
  '--js-flags=--expose-gc',
  '--log-net-log=/tmp/x',
  '--enable-logging',
  '--a-flag-of-next-year',
])('an installed Kith does not start with %s', (word) => {
  expect(refusedFlag([word])).toBe(word)
  expect(refusedFlag(['--profile=/tmp/p', word, '--lang=en'])).toBe(word)
})

test('an installed Kith starts with its own flags and those of the screen', () => {
  const words = ['--profile=/tmp/p', '--demo=d.json', '--place=left', '--insecure-loopback']
  expect(refusedFlag([...words, '--lang=zh-TW', '--ozone-platform=wayland', '/a/file'])).toBeUndefined()
})
