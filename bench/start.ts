/** Cold start: from spawn to the contacts on screen, beside an Electron window with an empty page, in turn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { environment } from '../e2e/support/app.ts'
import { openElectron } from '../e2e/support/electron.ts'
import { show, signIn } from '../e2e/support/journeys.ts'
import { people } from '../e2e/support/organisation.ts'
import type { Bench } from './bench.ts'
import { type Memory, memoryCells, memoryHead, memoryOf, milliseconds, quantile, table } from './figures.ts'

const rounds = 7

type Started = { readonly close: () => Promise<void>; readonly memory: () => Memory }
type Measured = { readonly times: number[]; memory: Memory | undefined }

/** Prints the table of cold starts; the empty window only where Electron runs. */
export async function benchStart({ open, organisation: serve }: Bench): Promise<void> {
  const organisation = await serve()
  const first = await open('start')
  await signIn(first, organisation, people.alice)
  await first.close()
  const kith: Measured = { times: [], memory: undefined }
  const empty: Measured = { times: [], memory: undefined }
  const folder = emptyApp()
  const onDesktop = process.env.KITH_ELECTRON !== undefined
  for (let round = 0; round < rounds; round += 1) {
    await measure(kith, () => openContacts(open))
    if (onDesktop) await measure(empty, () => openEmpty(folder))
  }
  rmSync(folder, { recursive: true, force: true })
  await organisation.remove()
  const rows = [row('Kith, signed in, contacts shown', kith)]
  if (onDesktop) {
    rows.push(row('an empty Electron window', empty))
    const ratio = quantile(kith.times, 0.5) / quantile(empty.times, 0.5)
    rows.push(['Kith to empty', ratio.toFixed(2), ...Array.from({ length: 5 }, () => '')])
  }
  table('Cold start', ['what', 'p50', 'worst', ...memoryHead], rows)
}

async function measure(into: Measured, start: () => Promise<Started>): Promise<void> {
  const begin = performance.now()
  const app = await start()
  into.times.push(performance.now() - begin)
  into.memory = app.memory()
  await app.close()
}

function row(what: string, { times, memory }: Measured): string[] {
  const cells = memory ? memoryCells(memory) : []
  return [what, milliseconds(quantile(times, 0.5)), milliseconds(quantile(times, 1)), ...cells]
}

async function openContacts(open: Bench['open']): Promise<Started> {
  const app = await open('start')
  await show(app.page, 'Contacts')
  await app.page.getByRole('list', { name: 'Contacts' }).getByRole('listitem').first().waitFor()
  return app
}

function emptyApp(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-empty-'))
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "empty", "main": "main.cjs" }')
  const main =
    "const { app, BrowserWindow } = require('electron'); app.whenReady().then(() => new BrowserWindow({ width: 1200, height: 800 }).loadURL('data:text/html,<p>empty</p>'))"
  writeFileSync(path.join(folder, 'main.cjs'), main)
  return folder
}

async function openEmpty(folder: string): Promise<Started> {
  const words = [folder, `--user-data-dir=${folder}`]
  const { page, main, close } = await openElectron(words, environment(), (url) => url.startsWith('data:'))
  await page.getByText('empty').waitFor()
  return { close, memory: () => memoryOf(main.pid ?? 0) }
}
