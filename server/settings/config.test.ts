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
