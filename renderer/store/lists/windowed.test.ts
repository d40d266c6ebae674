import { describe, expect, test } from 'vitest'
import { fail, ok, type Result } from '../../../shared/rpc.ts'
import { settle } from '../../testing/fake-clock.ts'
import { createListWindow, type Page, rowAt } from './windowed.ts'

/** A list of numbers whose answers come when the test says so. */
function makeSource(total: number) {
  const asked: { readonly from: number; readonly answer: (result: Result<Page<number>>) => void }[] = []
  const load = (from: number) =>
    new Promise<Result<Page<number>>>((answer) => {
      asked.push({ from, answer })
    })
  const page = (from: number, add = 0) => ok({ total, rows: Array.from({ length: 10 }, (_, i) => from + i + add) })
  return { asked, load, page }
}

describe('a window of a long list', () => {
  test('asks only for the pages on screen, and for each once', async () => {
    const { asked, load, page } = makeSource(100_000)
    const list = createListWindow(load, 10)
    list.need(50_003, 50_012)
    list.need(50_004, 50_013)
    expect(asked.map(({ from }) => from)).toEqual([50_000, 50_010])
    asked[0]?.answer(page(50_000))
    await settle()
    expect(rowAt(list.rows.getState(), 50_003)).toBe(50_003)
    expect(rowAt(list.rows.getState(), 50_013)).toBeUndefined()
  })

  test('the newest question wins, in whatever order the answers come', async () => {
    const { asked, load, page } = makeSource(10)
    const list = createListWindow(load, 10)
    list.need(0, 9)
    void list.reload()
    asked[1]?.answer(page(0, 500))
    await settle()
    asked[0]?.answer(page(0))
    await settle()
    expect(rowAt(list.rows.getState(), 0)).toBe(500)
  })

  test('after a reload the old rows stay until the answer', async () => {
    const { asked, load, page } = makeSource(10)
    const list = createListWindow(load, 10)
    list.need(0, 9)
    asked[0]?.answer(page(0))
    await settle()
    void list.reload()
    expect(rowAt(list.rows.getState(), 3)).toBe(3)
    asked[1]?.answer(page(0, 7))
    await settle()
    expect(rowAt(list.rows.getState(), 3)).toBe(10)
  })

  test('a failure keeps what is here, and says so', async () => {
    const { asked, load, page } = makeSource(10)
    const list = createListWindow(load, 10)
    list.need(0, 9)
    asked[0]?.answer(page(0))
    await settle()
    void list.reload()
    asked[1]?.answer(fail('internal'))
    await settle()
    expect(list.rows.getState()).toMatchObject({ phase: 'failed', failure: { kind: 'internal' }, total: 10 })
    expect(rowAt(list.rows.getState(), 3)).toBe(3)
  })

  test('scrolling through everything does not keep everything', async () => {
    const { load, asked, page } = makeSource(100_000)
    const list = createListWindow(load, 10)
    for (let from = 0; from < 2_000; from += 10) {
      list.need(from, from + 9)
      asked.at(-1)?.answer(page(from))
      await settle()
    }
    expect(list.rows.getState().pages.size).toBeLessThan(60)
    expect(rowAt(list.rows.getState(), 1_995)).toBe(1_995)
  })

  test('emptied, it forgets rows and ignores late answers', async () => {
    const { asked, load, page } = makeSource(10)
    const list = createListWindow(load, 10)
    list.need(0, 9)
    list.empty()
    asked[0]?.answer(page(0))
    await settle()
    expect(list.rows.getState()).toMatchObject({ total: 0, phase: 'new' })
  })
})
