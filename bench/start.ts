/** Cold start: from spawn to the first screen painted, beside an Electron window with an empty page. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron as electron } from '@playwright/test'
import { show, signIn } from '../e2e/support/journeys.ts'
import { people, startOrganisation } from '../e2e/support/organisation.ts'
import { milliseconds, quantile, residentMegabytes, table } from './figures.ts'
import type { OpenForBench } from './run.ts'

const rounds = 7

export async function benchStart(open: OpenForBench): Promise<void> {
  const organisation = await startOrganisation()
  const first = await open('start')
  await signIn(first, organisation, people.alice)
  await first.close()
  const kith = await times(async () => {
    const app = await open('start')
    await show(app.page, 'Contacts')
    await app.page.getByRole('list', { name: 'Contacts' }).getByRole('listitem').first().waitFor()
    return app
  })
  const rows = [['Kith, signed in, contacts shown', ...kith]]
  const executablePath = process.env.KITH_ELECTRON
  if (executablePath) rows.push(['an empty Electron window', ...(await emptyWindow(executablePath))])
  await organisation.remove()
  table('Cold start', ['what', 'p50', 'worst', 'memory'], rows)
}

type Started = { readonly close: () => Promise<void>; readonly megabytes: () => number }

async function times(start: () => Promise<Started>): Promise<string[]> {
  const all: number[] = []
  let memory = 0
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now()
    const app = await start()
    all.push(performance.now() - begin)
    memory = app.megabytes()
    await app.close()
  }
  return [milliseconds(quantile(all, 0.5)), milliseconds(quantile(all, 1)), `${Math.round(memory)} MB`]
}

async function emptyWindow(executablePath: string): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kith-empty-'))
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "empty", "main": "main.cjs" }')
  const main =
    "const { app, BrowserWindow } = require('electron'); app.whenReady().then(() => new BrowserWindow({ width: 1200, height: 800 }).loadURL('data:text/html,<p>empty</p>'))"
  writeFileSync(path.join(folder, 'main.cjs'), main)
  const figures = await times(async () => {
    const app = await electron.launch({ executablePath, args: ['--no-sandbox', folder, `--user-data-dir=${folder}`] })
    await (await app.firstWindow()).getByText('empty').waitFor()
    const pid = app.process().pid ?? 0
    return { close: () => app.close(), megabytes: () => residentMegabytes(pid) }
  })
  rmSync(folder, { recursive: true, force: true })
  return figures
}
