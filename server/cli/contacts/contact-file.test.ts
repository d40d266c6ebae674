import { expect, test } from 'vitest'
import { parseContactLines } from './contact-file.ts'

test('each bad line is named by its number; blank lines count but do not matter', () => {
  const text =
    '\ufeff{"address":"a@x.example","name":"A"}\r\n\r\n{"address":1}\n[]\n{"address":"b@x.example","name":"B","admin":true}\n'
  const file = parseContactLines(text)
  expect(file.contacts).toEqual([{ address: 'a@x.example', name: 'A' }])
  expect(file.faults.map((fault) => fault.line)).toEqual([3, 4, 5])
  expect(file.faults[0]?.why).toContain('address')
})
