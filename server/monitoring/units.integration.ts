import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const deploy = new URL('../../docs/deploy/', import.meta.url)

test('systemd reads the units of docs/deploy without a word', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-units-'))
  const units = (await readdir(deploy)).filter((name) => /\.(service|timer)$/.test(name))
  expect(units).toHaveLength(4)
  for (const unit of units) {
    const text = await readFile(new URL(unit, deploy), 'utf8')
    // The program is not installed here: that is no fault of the unit.
    await writeFile(join(folder, unit), text.replaceAll('/opt/kith/node_modules/.bin/node', process.execPath))
  }
  const paths = units.map((unit) => join(folder, unit))
  const said = execFileSync('/bin/sh', ['-c', 'systemd-analyze verify --man=no "$@" 2>&1', 'sh', ...paths], {
    encoding: 'utf8',
  })
  expect(said).toBe('')
  await rm(folder, { recursive: true })
})
