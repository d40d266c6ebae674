/** Sign in to contacts shown, and one change on the wire and on screen, with 100, 10,000 and 100,000 entries. */
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from '@playwright/test'
import { show, signIn } from '../e2e/support/journeys.ts'
import { type Organisation, people } from '../e2e/support/organisation.ts'
import type { Bench } from './bench.ts'
import { memoryCells, memoryHead, milliseconds, table } from './figures.ts'

const sizes = [100, 10_000, 100_000]

/** Prints the table of lists by size. */
export async function benchWhitelist(bench: Bench): Promise<void> {
  const rows: string[][] = []
  for (const size of sizes) rows.push(await measure(size, bench))
  const head = [
    'entries',
    'sign in to contacts shown',
    'sealed bytes',
    'one change: sealed bytes',
    'answered by the server',
    'on screen',
    'frames over 50 ms while scrolling',
    'search shown',
    ...memoryHead,
  ]
  table('Whitelist', head, rows)
}

async function measure(size: number, { open, organisation: serve }: Bench): Promise<string[]> {
  const organisation = await serve()
  await organisation.command(['contact', 'add', '--user', 'alice', '--from', '-'], entries(size))
  const app = await open(`list-${size}`)
  const { page } = app
  const before = await sealedBytes(organisation)
  const start = performance.now()
  await signIn(app, organisation, people.alice)
  await show(page, 'Contacts')
  await page.getByRole('list', { name: 'Contacts' }).getByRole('listitem').first().waitFor()
  const shown = performance.now() - start
  const full = await sealedBytes(organisation)
  const change = await changeOnScreen(page, organisation)
  const long = await longTasksWhileScrolling(page)
  const search = await searchShown(page, size)
  const memory = app.memory()
  await app.close()
  await organisation.remove()
  return [
    size.toLocaleString('en'),
    milliseconds(shown),
    (full - before).toLocaleString('en'),
    change.bytes.toLocaleString('en'),
    milliseconds(change.answered),
    milliseconds(change.shown),
    `${long}`,
    milliseconds(search),
    ...memoryCells(memory),
  ]
}

function entries(size: number): string {
  const line = (i: number) => ({
    name: `Person ${String(i).padStart(6, '0')} 王小明`,
    nickname: `p${i}`,
    address: `person.${i}@many.test`,
    remark: `Team ${i % 97}, floor ${i % 13}`,
    groups: [`Group ${String(i % 20).padStart(2, '0')}`],
  })
  return Array.from({ length: size }, (_, i) => `${JSON.stringify(line(i))}\n`).join('')
}

type Change = { readonly bytes: number; readonly answered: number; readonly shown: number }

/** From the moment at which the store held the change, as the administrator's command noted it, to the new name on screen. */
async function changeOnScreen(page: Page, organisation: Organisation): Promise<Change> {
  await page.getByRole('searchbox', { name: 'Search contacts' }).fill('just changed')
  await page.getByRole('listitem').first().waitFor({ state: 'detached' })
  const before = await sealedBytes(organisation)
  const seen = page.getByRole('listitem', { name: 'Just Changed, person.5@many.test' }).waitFor()
  const shown = seen.then(() => Date.now())
  const answered = bytesAfter(organisation, before)
  const words = ['person.5@many.test', '--user', 'alice', '--name', 'Just Changed']
  await organisation.command(['contact', 'set', ...words])
  const { bytes, at } = await answered
  const start = committedAt(organisation)
  return { bytes: bytes - before, answered: at - start, shown: (await shown) - start }
}

/** Asks the server again and again until it has sent more: the answer to the change has then left it. */
async function bytesAfter(organisation: Organisation, before: number): Promise<{ bytes: number; at: number }> {
  for (;;) {
    const bytes = await sealedBytes(organisation)
    if (bytes > before) return { bytes, at: Date.now() }
  }
}

function committedAt({ folder }: Organisation): number {
  const store = new DatabaseSync(path.join(folder, 'kith.sqlite'), { readOnly: true })
  const row = store.prepare('select max(at) as at from outbox').get()
  store.close()
  return Number(row?.at)
}

/** From the last letter typed to the one contact that it leaves; the first search makes the index, so the second counts. */
async function searchShown(page: Page, size: number): Promise<number> {
  const find = async (index: number) => {
    const start = performance.now()
    await page.getByRole('searchbox', { name: 'Search contacts' }).fill(`person.${index}@`)
    await page.getByRole('listitem', { name: `person.${index}@many.test` }).waitFor()
    return performance.now() - start
  }
  await find(size - 2)
  return find(size - 1)
}

async function sealedBytes(organisation: Organisation): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${organisation.ports.metrics}/metrics`)
  const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('kith_sync_bytes_total'))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** Scrolls the whole list in 200 steps, one a frame, and counts long tasks (over 50 ms) of the page. */
async function longTasksWhileScrolling(page: Page): Promise<number> {
  await page.getByRole('searchbox', { name: 'Search contacts' }).fill('')
  await page.getByRole('listitem').nth(5).waitFor()
  return page.evaluate(async () => {
    let long = 0
    const observer = new PerformanceObserver((seen) => {
      long += seen.getEntries().length
    })
    observer.observe({ type: 'longtask' })
    let box = document.querySelector('[role="list"]')
    while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement
    const steps = 200
    for (let step = 0; step <= steps; step += 1) {
      if (box) box.scrollTop = (box.scrollHeight * step) / steps
      await new Promise(requestAnimationFrame)
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    observer.disconnect()
    return long
  })
}
