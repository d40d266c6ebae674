import { assert, boolean, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { halfOf, placeWindow, type Rectangle } from './window-state.ts'

const screen: Rectangle = { x: 0, y: 25, width: 1600, height: 975 }
const second: Rectangle = { x: 1600, y: 0, width: 1280, height: 1024 }
const usual = { x: 210, y: 122, width: 1180, height: 780 }

describe('a window comes back where it was', () => {
  test.each([
    ['on the first screen', { x: 10, y: 30, width: 900, height: 700 }],
    ['on the second screen', { x: 1700, y: 10, width: 900, height: 700 }],
    ['partly outside, still reachable', { x: -500, y: 100, width: 900, height: 700 }],
  ])('%s', (_, bounds) => {
    expect(placeWindow({ bounds, maximized: true }, [screen, second])).toEqual({ bounds, maximized: true })
  })
})

describe('a window never comes back where nobody can reach it', () => {
  test.each([
    ['the second screen is gone', { x: 1700, y: 10, width: 900, height: 700 }],
    ['below every screen', { x: 10, y: 3000, width: 900, height: 700 }],
    ['its upper edge above the screen', { x: 10, y: -300, width: 900, height: 700 }],
    ['only a few pixels left', { x: -860, y: 100, width: 900, height: 700 }],
  ])('%s', (_, bounds) => {
    expect(placeWindow({ bounds, maximized: false }, [screen]).bounds).toEqual(usual)
  })

  test.each([undefined, null, 7, 'x', {}, { bounds: {} }, { bounds: { ...usual, x: Number.NaN }, maximized: false }])(
    'a damaged file (%j) gives the usual place',
    (saved) => {
      expect(placeWindow(saved, [screen])).toEqual({ bounds: usual, maximized: false })
    },
  )

  test('a window that spanned two screens stays on one of them when it is made to fit', () => {
    const bounds = { x: -1280, y: 0, width: 3000, height: 1 }
    expect(placeWindow({ bounds, maximized: false }, [screen, second]).bounds).toMatchObject({
      x: second.x + 120 - second.width,
      width: second.width,
    })
  })

  test('whatever the file says, a part of the upper edge is on a screen and the size fits it', () => {
    const number = integer({ min: -40_000, max: 40_000 })
    const state = record({
      bounds: record({ x: number, y: number, width: number, height: number }),
      maximized: boolean(),
    })
    assert(
      property(state, (saved) => {
        const { bounds } = placeWindow(saved, [screen, second])
        const on = [screen, second].filter(
          (area) =>
            bounds.x < area.x + area.width && bounds.x + bounds.width > area.x && bounds.y < area.y + area.height,
        )
        expect(on.length).toBeGreaterThan(0)
        expect(bounds.width).toBeLessThanOrEqual(1600)
        expect(bounds.height).toBeLessThanOrEqual(1024)
      }),
    )
  })
})

test('two halves share the screen without a gap or an overlap', () => {
  const left = halfOf(screen, 'left')
  const right = halfOf(screen, 'right')
  expect(left).toEqual({ x: 0, y: 25, width: 800, height: 975 })
  expect(right).toEqual({ x: 800, y: 25, width: 800, height: 975 })
})
