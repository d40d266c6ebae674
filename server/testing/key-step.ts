/**
 * For tests: one key command in a process of its own that ends itself, as by a power cut, after a step:
 * `node key-step.ts FOLDER COMMAND STEP`. Commands: `rotate NAME`, `stolen NAME`, `retire NAME`, `export FILE`, `root FILE`.
 */

import { openRoots } from '../administration/keys/root-keys.ts'
import { exportKey, rotateRoots } from '../administration/keys/root-rotation.ts'
import { type Rotating, retireKeys, rotateKey } from '../administration/keys/rotation.ts'
import { openContext } from '../settings/context.ts'

export const testPassphrase = 'a passphrase for the root key'

const [path = '', verb = '', what = '', step = ''] = process.argv.slice(2)

const passed = (done: string) => {
  if (done === step) process.kill(process.pid, 'SIGKILL')
}

async function main(): Promise<void> {
  const context = await openContext(path)
  if (!context.ok) throw new Error(context.why)
  const place = { file: what, passphrase: testPassphrase }
  if (verb === 'export') await exportKey(context.value, place, passed)
  else if (verb === 'root') await rotateRoots(context.value, { to: [place], threshold: 1, from: [] }, passed)
  else {
    const roots = await openRoots(context.value, [])
    if (!roots.ok) throw new Error(roots.why)
    const name = what as Rotating
    if (verb === 'retire') await retireKeys(context.value, { name, roots: roots.value }, passed)
    else await rotateKey(context.value, { name, stolen: verb === 'stolen', roots: roots.value }, passed)
  }
  await context.value.store.close()
}

if (path !== '') await main()
