import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addToken } from '../administration/tokens.ts'
import { type Finished, finishedOf, type TestServer, testServer } from '../testing/harness.ts'

const script = fileURLToPath(new URL('testing/zeep-session.py', import.meta.url))

let server: TestServer

beforeEach(async () => {
  server = await testServer(['alice', 'bob'])
})
afterEach(() => server.close())

async function newToken(name: string): Promise<string> {
  const { store, note, actor, clock } = server.administration
  const made = await addToken(store, note, { name, scopes: ['all'], by: actor.who, now: clock.now(), expires: 0 })
  if (!made.ok) throw new Error(made.why)
  return made.value
}

/** Debian's Python: zeep is its package. Of our environment nothing: a bundle of authorities there would replace the certificate. */
function runZeep(words: readonly string[], input: string): Promise<Finished> {
  const child = spawn('/usr/bin/python3', [script, ...words], { stdio: 'pipe', env: { PATH: process.env.PATH } })
  return finishedOf(child, `${input}\n`)
}

/** What each step prints, with the caller's name in the audit log. */
function expected(who: string) {
  return {
    list: { total: 1, users: ['alice'] },
    add: { state: 'done', lists: ['zoe'], audit: [4] },
    get: { name: 'Zoë 夥伴 <&>', department: 'R&D', version: 1 },
    contact: { groups: ['a', 'b'], expires: '2031-01-31T00:00:00+00:00' },
    change: { version: 3, groups: [], remark: 'x' },
    policy: { everyone: true, four_eyes: false },
    why: {
      listed: true,
      admitted: ['entry'],
      words: 'alice may exchange messages with pat@partner.example',
    },
    dry: { state: 'dryRun', lists: [1], audit: [] },
    batch: { state: 'done', audit: 3 },
    groups: { groups: [['team', ['zoe']]] },
    rules: { rules: [['group:team', 'user:alice']], state: 'done' },
    audit: { first: 'rule.open', who, holds: true },
    refused: {
      fault: 'ChangeRefused',
      message: '"nonsense" is not an address that can be listed (syntax)',
      detail: {
        faults: [
          {
            index: 0,
            place: 'changes.0',
            why: '"nonsense" is not an address that can be listed (syntax)',
          },
        ],
      },
    },
    unknown: { fault: 'UnknownUser', message: 'there is no user "nobody"', detail: { user: 'nobody' } },
    bad: { fault: 'BadRequest', detail: { place: 'user', why: expect.any(String) } },
    device: { fault: 'ChangeRefused', message: 'there is no device "none"', detail: expect.anything() },
    draft: { fault: 'NotAllowed', detail: { scope: 'sign' } },
    enrolment: { code: 'kith1' },
    token: { fault: 'Unauthorised', message: 'a valid token is needed' },
  }
}

describe('the administration service as zeep sees it', () => {
  test.each(['soap11', 'soap12'])('%s: lists, adds, changes, explains and sees typed faults', async (port) => {
    const { running, path, logged } = server
    const certificate = join(path, 'trusted.pem')
    await writeFile(certificate, running.cert ?? '')
    const told = await runZeep([running.ready.url, certificate, port], await newToken(`hr-${port}`))
    expect(told.err).toBe('')
    const lines = told.out.trim().split('\n')
    const steps = lines.map((line) => {
      const { step, ...facts } = JSON.parse(line)
      return [step, facts]
    })
    expect(Object.fromEntries(steps)).toMatchObject(expected(`hr-${port}@token`))
    expect(logged()).not.toContain('a password of hers')
    expect(logged()).not.toContain('kith_')
  })
})
