import { assert, date, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { expirySchema, expiryText, lastMoment, momentOf } from './moment.ts'

test.each([
  ['2030-01-31', '2030-01-31T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2030-01-31T18:00Z', '2030-01-31T18:00:00.000Z'],
  ['2030-01-31T18:00:00+01:00', '2030-01-31T17:00:00.000Z'],
  ['2030-01-31T18:00:00.123456-05:30', '2030-01-31T23:30:00.123Z'],
  ['2200-12-31T23:59:59.999Z', '2200-12-31T23:59:59.999Z'],
])('%s is %s', (text, moment) => {
  expect(new Date(momentOf(text) ?? Number.NaN).toISOString()).toBe(moment)
})

test.each([
  // Day and month in two orders, two digits for a year, words.
  '01/02/2030',
  '31.01.2030',
  '30-01-31',
  '1/2/30',
  'Jan 31, 2030',
  '31 January 2030',
  'tomorrow',
  'Thu, 31 Jan 2030 00:00:00 GMT',
  // Seconds, milliseconds or a day; a year alone; the month alone; a week; a day of the year.
  '1893456000',
  '1893456000000',
  '20300131',
  '2030',
  '2030-01',
  '2030-W05-4',
  '2030-031',
  '44592',
  // Of whose clock; no such day or hour; other signs.
  '2030-01-31T18:00',
  '2030-01-31 18:00Z',
  '2030-02-30',
  '2030-13-01',
  '2030-01-31T24:00Z',
  '2030-01-31t18:00z',
  '２０３０-01-31',
  // Beyond what anybody means, and spellings of the same.
  '2201-01-01',
  '9999-12-31',
  '22000-01-01',
  '+022000-01-01',
  '-000001-01-01',
  '1969-12-31',
  '0000-00-00',
  '2200-12-31T23:59:59-01:00',
  '',
  ' ',
  ' 2030-01-31',
  '2030-01-31\n',
  '2030-1-31',
  '2030-01-31Z',
  'never ',
])('%j is no date', (text) => {
  expect([momentOf(text), expiryText.safeParse(text).success, expirySchema.safeParse(text).success]).toEqual([
    undefined,
    false,
    false,
  ])
})

test('never, and milliseconds up to the same end as dates', () => {
  expect(expiryText.safeParse('never').success).toBe(true)
  expect(expiryText.safeParse(1).success).toBe(false)
  expect([0, lastMoment, lastMoment + 1, -1, 0.5].map((ms) => expirySchema.safeParse(ms).success)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('what it takes, it takes as it is written: the way back gives the same moment', () => {
  assert(
    property(date({ min: new Date(0), max: new Date(lastMoment), noInvalidDate: true }), (moment) => {
      expect(momentOf(moment.toISOString())).toBe(moment.getTime())
      expect(momentOf(moment.toISOString().slice(0, 10))).toBe(Math.floor(moment.getTime() / 86_400_000) * 86_400_000)
    }),
  )
  assert(
    property(string(), (text) => {
      const time = momentOf(text)
      expect(time === undefined || /^\d{4}-\d\d-\d\d/.test(text)).toBe(true)
    }),
  )
})
