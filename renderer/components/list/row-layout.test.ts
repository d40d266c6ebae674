import { describe, expect, test } from 'vitest'
import { fullHeight, type RowLayout, rowAtHeight, rowsInView, scrollToShow, topOf } from './row-layout.ts'
import { entryNear, moveByKey, positionOf } from './row-map.ts'

const headings = new Map([
  [0, 2],
  [3, 99_996],
])
const layout: RowLayout = { total: 100_000, headings, rowHeight: 50, headingHeight: 30, margin: 4 }

describe('where rows stand', () => {
  test.each([
    [0, 4],
    [1, 34],
    [3, 134],
    [4, 164],
    [99_999, 4 + 2 * 30 + 99_997 * 50],
  ])('row %d begins at %d', (row, top) => {
    expect(topOf(layout, row)).toBe(top)
    expect(rowAtHeight(layout, top)).toBe(row)
    expect(rowAtHeight(layout, top + 29)).toBe(row)
  })

  test('all of them together are as high as the last one ends', () => {
    expect(fullHeight(layout)).toBe(topOf(layout, 99_999) + 50 + 4)
  })

  test('a view in the middle draws its rows and a few more, none beyond the ends', () => {
    const { first, last } = rowsInView(layout, { top: topOf(layout, 500), height: 200 }, 3)
    expect([first, last]).toEqual([497, 507])
    expect(rowsInView(layout, { top: 0, height: 100 }, 3).first).toBe(0)
    expect(rowsInView(layout, { top: 1e9, height: 100 }, 3).last).toBe(99_999)
    expect(rowsInView({ ...layout, total: 0 }, { top: 0, height: 100 }, 3).last).toBe(-1)
  })

  test('showing a row moves as little as possible', () => {
    const view = { top: 1_000, height: 400 }
    expect(scrollToShow(layout, view, rowAtHeight(layout, 1_200))).toBe(1_000)
    expect(scrollToShow(layout, view, 0)).toBe(0)
    expect(scrollToShow(layout, view, 99_999)).toBe(fullHeight(layout) - 400)
  })
})

describe('places among the entries', () => {
  test('are exact when every heading has been seen', () => {
    const seen = { headings, total: 100_000, entries: 99_998 }
    expect([1, 2, 4, 99_999].map((index) => positionOf(seen, index))).toEqual([1, 2, 3, 99_998])
  })

  test('count from the nearer end while headings in the middle have not been seen', () => {
    const some = { headings: new Map([[0, 2]]), total: 100, entries: 90 }
    expect([positionOf(some, 1), positionOf(some, 99)]).toEqual([1, 90])
  })
})

describe('keys', () => {
  const list = { headings, total: 100_000, page: 10 }
  test.each([
    ['ArrowDown', 2, 4],
    ['ArrowUp', 4, 2],
    ['ArrowUp', 1, 1],
    ['ArrowDown', 99_999, 99_999],
    ['Home', 700, 1],
    ['End', 1, 99_999],
    ['PageDown', 1, 11],
    ['PageUp', 13, 4],
    ['PageUp', 5, 1],
  ])('%s from %d leads to %d, past headings', (key, from, to) => {
    expect(moveByKey(key, from, list)).toBe(to)
  })

  test('other keys do not move', () => {
    expect(moveByKey('a', 5, list)).toBeUndefined()
  })

  test('the tab stop is never on a heading', () => {
    expect(entryNear(headings, 0, 100_000)).toBe(1)
    expect(entryNear(new Map([[4, 0]]), 9, 5)).toBe(3)
  })
})
