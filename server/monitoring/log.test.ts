import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { bugFields, createLog } from './log.ts'

function captured() {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { log: createLog(sink), text: () => lines.join('') }
}

test('only named fields are written, whatever a caller passes', () => {
  const { log, text } = captured()
  const fields = { user: 'alice', password: 'marker-1', sid: 'marker-2' }
  log.warn('login', fields)
  expect(JSON.parse(text())).toEqual({ level: 40, time: expect.any(String), user: 'alice', msg: 'login' })
})

test('a thrown error leaves its class and place, never its message', () => {
  const { log, text } = captured()
  log.error('bug', bugFields(new TypeError('marker-3')))
  expect(text()).toContain('"error":"TypeError"')
  expect(text()).toMatch(/"at":"server\/monitoring\/log\.test\.ts:\d+/)
  expect(text()).not.toContain('marker-3')
  expect(bugFields('marker-4')).toEqual({ error: 'string' })
})
