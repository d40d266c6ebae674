import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { configSchema } from './config.ts'

const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8')
const examples = [...readme.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = '']) => text)
const needed = { org: 'kith-test', domain: 'example.org', host: 'kith.example.org' }

test.each(examples)('README.md shows settings that the server takes: %s', (text) => {
  const given: object = JSON.parse(text)
  // Nothing of the example is dropped or filled in: what a reader writes is what the server uses.
  expect(configSchema.parse({ ...needed, ...given })).toMatchObject(given)
})

test('README.md has an example of an external mail server', () => {
  expect(examples.some((text) => text.includes('"external"'))).toBe(true)
})

test('a setting of another name or kind is refused', () => {
  const server = { host: 'mail.example.org', port: 993, security: 'tls' }
  const mail = { kind: 'external', imap: server, smtp: server }
  expect(configSchema.safeParse({ ...needed, mail }).success).toBe(true)
  for (const wrong of [
    { ...mail, authServ: 'mx.example.org' },
    { kind: 'external', imap: server },
    { ...mail, smtp: { ...server, port: 0 } },
    { ...mail, smtp: { ...server, security: 'ssl' } },
  ])
    expect(configSchema.safeParse({ ...needed, mail: wrong }).success).toBe(false)
})

test('passwords are checked by a mail server of one’s own, over a way that nobody listens on', () => {
  const why = (mail: object | undefined) =>
    configSchema.safeParse({ ...needed, ...(mail && { mail }), accounts: { verify: 'imap' } }).error?.issues[0]?.message
  const at = (host: string, security: string) => {
    const server = { host, port: 143, security }
    return { kind: 'external', imap: server, smtp: server }
  }
  expect(why(undefined)).toMatch(/needs a mail server of your own/)
  expect(why(at('mail.example.org', 'none'))).toMatch(/in the clear/)
  for (const fine of [at('127.0.0.1', 'none'), at('mail.example.org', 'tls'), at('mail.example.org', 'starttls')])
    expect(why(fine)).toBeUndefined()
})

test('ports of former versions open no door, and stop no server', () => {
  const former = { listen: '127.0.0.1', policy: 10_030, outgoing: 10_031, incoming: 10_032 }
  const next = { host: '127.0.0.1', port: 10_033 }
  const read = configSchema.parse({ ...needed, gateway: { ...former, next } }).gateway
  expect(read).toEqual(configSchema.parse(needed).gateway)
  // A proxy before another mail server keeps its ports.
  const proxy = configSchema.parse({ ...needed, gateway: { ...former, submission: 465, next: { ...next, port: 25 } } })
  expect(proxy.gateway).toMatchObject({ incoming: 10_032, submission: 465, next: { port: 25 } })
})

test('the gateway opens nothing to the network that anybody could use, and sends nothing over it in the clear', () => {
  const why = (gateway: object) => configSchema.safeParse({ ...needed, gateway }).error?.issues[0]?.message
  expect(why({ incoming: 25, listen: '0.0.0.0' })).toMatch(/name the certificates/)
  expect(why({ incoming: 25, listen: '0.0.0.0', clients: 'relay.pem' })).toBeUndefined()
  expect(why({ incoming: 25 })).toBeUndefined()
  expect(why({ next: { host: '192.0.2.1', port: 25 } })).toMatch(/in the clear/)
  expect(why({ next: { host: '192.0.2.1', port: 25, tls: {} } })).toBeUndefined()
  expect(why({ sockets: '/var/spool/x y' })).toBeDefined()
})
