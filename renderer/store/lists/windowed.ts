/** Long lists of which the page holds only some pages. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Failure, Result } from '../../../shared/rpc.ts'
import { type Latest, latest } from '../latest.ts'

/** A long list of which only the windows on screen are here. */
export type Windowed<Row> = {
  readonly total: number
  readonly pages: ReadonlyMap<number, readonly Row[]>
  readonly pageSize: number
  readonly phase: 'new' | 'ready' | 'failed'
  readonly failure?: Failure
}

/** An answer about one page of a list: how many rows there are in all, and the page's own. */
export type Page<Row> = { readonly total: number; readonly rows: readonly Row[] }
type LoadPage<Row> = (from: number, count: number) => Promise<Result<Page<Row>>>

/** A long list as a screen uses it. */
export type ListWindow<Row> = {
  readonly rows: StoreApi<Windowed<Row>>
  /** Says which rows are on screen; what is missing of them is asked for. */
  readonly need: (first: number, last: number) => void
  /** The list moved: asks again for what is on screen; old rows stay until the answer. */
  readonly reload: () => Promise<void>
  /** Forgets everything, as after signing out. */
  readonly empty: () => void
}

/** Pages kept beyond those on screen: 100,000 rows need not all be held because somebody scrolled past them. */
const keptPages = 40

/** The row at a place of the list; `undefined` while its page is not here. */
export function rowAt<Row>(list: Windowed<Row>, index: number): Row | undefined {
  return list.pages.get(Math.floor(index / list.pageSize))?.[index % list.pageSize]
}

type Context<Row> = {
  readonly rows: StoreApi<Windowed<Row>>
  readonly load: LoadPage<Row>
  /** Each time the list moves a round begins. */
  readonly rounds: Latest
  fresh: Set<number>
  asked: Set<number>
  first: number
  last: number
}

function kept<Row>(context: Context<Row>, pages: ReadonlyMap<number, readonly Row[]>): Map<number, readonly Row[]> {
  const { pageSize } = context.rows.getState()
  const middle = (context.first + context.last) / 2 / pageSize
  const near = [...pages].sort(([a], [b]) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, keptPages)
  const keys = new Set(near.map(([page]) => page))
  // A page that was dropped must be asked for again when somebody scrolls back.
  for (const page of context.fresh) if (!keys.has(page)) context.fresh.delete(page)
  return new Map(near)
}

function store<Row>(context: Context<Row>, page: number, answer: Page<Row>): void {
  const { pages } = context.rows.getState()
  // The first answer after a move: every page that is still here is of the old list.
  const firstAnswer = context.fresh.size === 0
  context.fresh.add(page)
  const next = firstAnswer ? new Map<number, readonly Row[]>() : new Map(pages)
  next.set(page, answer.rows)
  context.rows.setState({ total: answer.total, pages: kept(context, next), phase: 'ready' })
}

async function fetchPage<Row>(context: Context<Row>, page: number): Promise<void> {
  const isWanted = context.rounds.same()
  const { pageSize } = context.rows.getState()
  context.asked.add(page)
  const result = await context.load(page * pageSize, pageSize)
  if (!isWanted()) return
  context.asked.delete(page)
  if (result.ok) store(context, page, result.value)
  else context.rows.setState({ phase: 'failed', failure: result.failure })
}

async function fetchMissing<Row>(context: Context<Row>): Promise<void> {
  const { pageSize } = context.rows.getState()
  const wanted: number[] = []
  for (let page = Math.floor(context.first / pageSize); page <= Math.floor(context.last / pageSize); page++) {
    if (!context.fresh.has(page) && !context.asked.has(page)) wanted.push(page)
  }
  await Promise.all(wanted.map((page) => fetchPage(context, page)))
}

function forget<Row>(context: Context<Row>): void {
  context.rounds.next()
  context.fresh.clear()
  context.asked.clear()
  context.first = 0
  context.last = 0
}

/** Makes a list over `load`, which gives the rows from a place on; `pageSize` in rows. */
export function createListWindow<Row>(load: LoadPage<Row>, pageSize = 150): ListWindow<Row> {
  const rows = createStore<Windowed<Row>>(() => ({ total: 0, pages: new Map(), pageSize, phase: 'new' }))
  const context: Context<Row> = { rows, load, rounds: latest(), fresh: new Set(), asked: new Set(), first: 0, last: 0 }
  return {
    rows,
    need: (first, last) => {
      context.first = Math.max(0, first)
      context.last = Math.max(first, last)
      void fetchMissing(context)
    },
    reload: () => {
      context.rounds.next()
      context.fresh.clear()
      context.asked.clear()
      return fetchMissing(context)
    },
    empty: () => {
      forget(context)
      rows.setState(rows.getInitialState(), true)
    },
  }
}
